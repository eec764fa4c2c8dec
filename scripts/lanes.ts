/** Scripts of package.json side by side, because there are two cores. */
import { spawn } from 'node:child_process';
import process from 'node:process';

/** Each inner list is a lane: its scripts run one after the other, the lanes of a stage beside each other. */
export type Stages = readonly (readonly (readonly string[])[])[];

interface Result {
  readonly script: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** Runs a script of package.json; what it printed is shown whole when it has ended. */
function run(script: string): Promise<Result> {
  const began = performance.now();
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => output.push(data));
  child.stderr.on('data', (data: Buffer) => output.push(data));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      const seconds = (performance.now() - began) / 1_000;
      process.stdout.write(
        `${Buffer.concat(output).toString()}${script}: ${code === 0 ? 'ok' : 'FAILED'}, ${seconds.toFixed(0)} s\n`,
      );
      resolve({ script, passed: code === 0, seconds });
    });
  });
}

async function runLane(scripts: readonly string[]): Promise<boolean> {
  for (const script of scripts) {
    if (!(await run(script)).passed) return false;
  }
  return true;
}

/** Runs the stages until one fails; the exit code says whether any did. */
export async function runStages(stages: Stages): Promise<void> {
  for (const lanes of stages) {
    const passed = await Promise.all(lanes.map(runLane));
    if (passed.includes(false)) {
      process.exitCode = 1;
      return;
    }
  }
}
