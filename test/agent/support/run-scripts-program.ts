/** An agent's work on scripts as a process of its own, so that a test can kill it. */
import { runTestScripts } from './script-world';
import type { ScriptRun } from './script-world';

/** Where this program is, for whoever starts it. */
export const PROGRAM = __filename;

async function main(run: ScriptRun): Promise<void> {
  const { end } = await runTestScripts(run);
  process.stdout.write(`end ${JSON.stringify(end)}\n`);
}

if (require.main === module) {
  // Our own test's words.
  void main(JSON.parse(process.argv[2] ?? '') as ScriptRun);
}
