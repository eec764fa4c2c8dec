/** `npm run builds`: whatever is built for Forge, as Forge builds it; the manifest names the pages. */
import { runStages } from './lanes';

void runStages([[['pages']], [['manifest'], ['bundle']]]);
