// The list of the headers of each step.
import { steps } from '../lib/steps.mjs';

export default { paths: () => steps.map((step) => ({ params: { step } })) };
