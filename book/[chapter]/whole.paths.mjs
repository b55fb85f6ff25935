// The whole change of each step.
import { steps } from '../lib/steps.mjs';

export default { paths: () => steps.map((chapter) => ({ params: { chapter } })) };
