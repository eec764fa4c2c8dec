/** `npm run builds`: whatever is built for Forge, as Forge builds it. */
import { runStages } from './lanes';

void runStages([[['manifest'], ['bundle', 'pages']]]);
