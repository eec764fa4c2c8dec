/** One life of the agent's program: a process, and the points that it says it has passed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { CrashPlace } from './crash-place';
import { OFFERED } from './points';
import type { LifeOrder } from './mortal-program';

export interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  readonly points: () => readonly string[];
  /** Calls that have points, whether it has come to them or not. */
  readonly offered: () => readonly string[];
}

/** Starts it; whoever does ends it. */
export function startLife({ program, directory }: CrashPlace, order: LifeOrder): Life {
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Hundreds of lives are compiled once.
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') },
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines = (): string[] => text.split('\n').filter((line) => line !== '');
  return {
    child,
    ended,
    points: () => lines().filter((line) => !line.startsWith(OFFERED)),
    offered: () =>
      lines().flatMap((line) => (line.startsWith(OFFERED) ? [line.slice(OFFERED.length)] : [])),
  };
}

/** Asks it to end, as systemd does; what it has passed until then. */
export async function endLife({ child, ended, points }: Life): Promise<readonly string[]> {
  child.kill('SIGTERM');
  await ended;
  return points();
}
