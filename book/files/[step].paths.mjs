// The list of the files of each step.
import { steps } from '../lib/steps.mjs';

export default { paths: () => steps.map((step) => ({ params: { step } })) };
