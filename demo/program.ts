/** A program of the demo, running as a process of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export interface Program {
  readonly name: string;
  readonly process: ChildProcess;
  /** Resolves with the match of the first line that the program prints like this; rejects when it ends before. */
  says(pattern: RegExp, deadlineSeconds?: number): Promise<RegExpExecArray>;
  /** Ends it and waits; kills it after some seconds. */
  stop(): Promise<void>;
}

interface Options {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** For Node itself. */
  readonly flags?: readonly string[];
  /** Gets every line that the program prints, of both streams. */
  readonly onLine?: (line: string) => void;
}

/** How long a program may take to end by itself. */
const STOP_SECONDS = 8;

const LEAVE_WITH_PARENT = pathToFileURL(join(__dirname, 'leave-with-parent.ts')).href;

/** Starts one of our programs: of TypeScript, or built to one file that needs nothing beside it. */
export const startProgram = (
  name: string,
  file: string,
  args: readonly string[],
  options: Options = {},
): Program =>
  start(
    name,
    process.execPath,
    [
      ...(options.flags ?? []),
      ...(file.endsWith('.ts') ? ['--import', 'tsx', '--import', LEAVE_WITH_PARENT] : []),
      ...[file, ...args],
    ],
    options,
  );

function start(name: string, command: string, args: readonly string[], options: Options): Program {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...options.environment },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const hear = (line: string): void => {
    lines.push(line);
    options.onLine?.(line);
    for (const listener of listeners) listener(line);
  };
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on('line', hear);

  return {
    name,
    process: child,
    says: (pattern, deadlineSeconds = 120) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          listeners.delete(listen);
          child.off('exit', onExit);
          act();
        };
        const listen = (line: string): void => {
          const match = pattern.exec(line);
          if (match) settle(() => resolve(match));
        };
        const onExit = (): void =>
          settle(() =>
            reject(
              new Error(
                `${name} ended before it was ready. It said:\n${lines.slice(-20).join('\n')}`,
              ),
            ),
          );
        const timer = setTimeout(
          () =>
            settle(() =>
              reject(
                new Error(
                  `${name} was not ready after ${String(deadlineSeconds)} s. It said:\n${lines.slice(-20).join('\n')}`,
                ),
              ),
            ),
          deadlineSeconds * 1_000,
        );
        listeners.add(listen);
        child.on('exit', onExit);
        for (const line of lines) listen(line);
        if (child.exitCode !== null) onExit();
      }),
    stop: () => stop(child),
  };
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
