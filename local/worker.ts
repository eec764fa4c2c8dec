/** One function worker: a Node process that runs one invocation at a time and is killed at its deadline. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { MEMORY_MB } from './limits';

/** How an invocation ended, as far as the process can tell. */
export type WorkerAnswer =
  | { readonly kind: 'returned'; readonly value: unknown }
  | {
      readonly kind: 'threw';
      readonly name: string;
      readonly message: string;
      readonly stack: string;
    }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'crashed'; readonly message: string };

/** What one module of the bundle exports, or why it could not be loaded. */
export type LoadedModule =
  | { readonly name: string; readonly functions: readonly string[] }
  | { readonly name: string; readonly problem: string };

export interface Worker {
  readonly ready: Promise<readonly LoadedModule[]>;
  /** Only when nothing else runs in it. Past the deadline the process is killed. */
  run(event: unknown, deadlineMs: number): Promise<WorkerAnswer>;
  readonly alive: boolean;
  readonly exited: Promise<void>;
  stop(): void;
}

const FromWorker = z.union([
  z.object({
    kind: z.literal('ready'),
    modules: z.array(
      z.union([
        z.object({ name: z.string(), functions: z.array(z.string()) }),
        z.object({ name: z.string(), problem: z.string() }),
      ]),
    ),
  }),
  z.object({
    kind: z.literal('result'),
    id: z.string(),
    result: z.union([
      z.object({ success: z.literal(true), body: z.unknown().optional() }),
      z.object({
        success: z.literal(false),
        error: z.object({ errorType: z.string(), errorMessage: z.string(), stack: z.string() }),
      }),
    ]),
  }),
]);
type Result = Extract<z.output<typeof FromWorker>, { kind: 'result' }>['result'];

/** Starts a worker on a bundle; `onLine` gets whatever it prints, line by line. */
export function startWorker(bundleDirectory: string, onLine: (line: string) => void): Worker {
  const child = fork(join(__dirname, 'runtime', 'runner.cjs'), {
    // Exactly what Forge gives a function: nothing of the host's environment may leak in.
    env: {
      _HANDLER: '__forge__.main',
      FORGE_EFS_RUNTIME_PATH: bundleDirectory,
      FORGE_CUSTOM_WRAPPER_FILE_NAME: '__forge_wrapper__.cjs',
    },
    execArgv: [`--max-old-space-size=${MEMORY_MB}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  readLines(child.stdout, onLine);
  readLines(child.stderr, onLine);

  const answers = new Map<string, (answer: WorkerAnswer) => void>();
  let alive = true;
  const exited = new Promise<void>((settle) => {
    child.once('exit', (code, signal) => {
      alive = false;
      const message = `The function's process ended with ${signal ?? `exit code ${code ?? 'unknown'}`}.`;
      for (const answer of answers.values()) answer({ kind: 'crashed', message });
      answers.clear();
      settle();
    });
  });

  return {
    ready: readiness(child, exited),
    get alive() {
      return alive;
    },
    exited,
    run: (event, deadlineMs) =>
      new Promise((settle) => {
        const id = randomUUID();
        const alarm = setTimeout(() => {
          // Dead from now on, although the system takes a moment to say so: nothing else may be given to it.
          alive = false;
          child.kill('SIGKILL');
          settle({ kind: 'timed-out' });
        }, deadlineMs);
        answers.set(id, (answer) => {
          clearTimeout(alarm);
          answers.delete(id);
          settle(answer);
        });
        if (!alive)
          return answers.get(id)?.({ kind: 'crashed', message: 'The worker was not running.' });
        onResult(child, id, (result) => answers.get(id)?.(toAnswer(result)));
        child.send({ id, event, remainingMs: deadlineMs });
      }),
    stop: () => void child.kill('SIGKILL'),
  };
}

function readiness(child: ChildProcess, exited: Promise<void>): Promise<readonly LoadedModule[]> {
  return new Promise((settle, reject) => {
    child.once('message', (message) => {
      const parsed = FromWorker.parse(message);
      if (parsed.kind === 'ready') settle(parsed.modules);
    });
    child.once('error', reject);
    void exited.then(() => reject(new Error('A function worker ended before it was ready.')));
  });
}

function onResult(child: ChildProcess, id: string, use: (result: Result) => void): void {
  const listen = (message: unknown) => {
    const parsed = FromWorker.parse(message);
    if (parsed.kind !== 'result' || parsed.id !== id) return;
    child.off('message', listen);
    use(parsed.result);
  };
  child.on('message', listen);
}

function toAnswer(result: Result): WorkerAnswer {
  if (result.success) return { kind: 'returned', value: result.body };
  const { errorType, errorMessage, stack } = result.error;
  return { kind: 'threw', name: errorType, message: errorMessage, stack };
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine);
}
