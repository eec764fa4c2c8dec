/** A program of ours as one file: it starts in a fifth of the time, and weighs what the packaged agent weighs. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');

/** The host's part, which programs of the agent carry in them. */
export const HOST_HELPER = join(ROOT, 'agent/host/interlock-host.sh');

/** `entry` from the root of the repository; `more`: what esbuild is told beside. esbuild as a program: its library refuses the globals of jest. */
export async function buildProgram(
  entry: string,
  file: string,
  more: readonly string[] = [],
): Promise<void> {
  const helper = JSON.stringify(readFileSync(HOST_HELPER, 'utf8'));
  await promisify(execFile)(join(ROOT, 'node_modules/.bin/esbuild'), [
    join(ROOT, entry),
    ...['--bundle', '--platform=node', '--target=node24', '--format=cjs', '--log-level=warning'],
    ...['--external:*.node', '--external:cpu-features', '--external:pg-native'],
    `--define:INTERLOCK_HOST_HELPER=${helper}`,
    ...[`--outfile=${file}`, ...more],
  ]);
}
