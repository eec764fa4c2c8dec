/** `npm run check`: the quick checks first, then the linter beside whatever else there is. */
import { runStages } from './lanes';

void runStages([
  [['format'], ['types']],
  [['lint', 'imports', 'dead', 'openapi:check'], ['unit']],
]);
