/** The agent stands on the host itself: commands are its own child processes. */
import { spawn } from 'node:child_process';
import type { Command } from '../commands/quote';
import { converse } from './conversation';
import type { RunOptions, RunResult, Transport } from './transport';

/** Runs commands on this machine, as the agent's user. */
export const localTransport = (): Transport => ({
  run: runHere,
  close: () => Promise.resolve(),
});

function runHere(command: Command, { seconds, input }: RunOptions): Promise<RunResult> {
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that giving it up ends what it has started as well.
    detached: true,
  });
  const conversation = converse(child, input);

  return new Promise((resolve) => {
    const giveUp = (sentence: string): void => {
      clearTimeout(timer);
      endGroup(child.pid);
      resolve({ kind: 'lost', sentence });
    };
    const timer = setTimeout(() => giveUp(`it took longer than ${seconds} s`), seconds * 1_000);
    void conversation.inputFailed.then((why) => giveUp(`the package could not be read (${why})`));
    child.on('error', (cause) => giveUp(`it could not be started (${cause.message})`));
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve(
        exitCode === null
          ? { kind: 'lost', sentence: `it was ended by ${signal ?? 'an unknown signal'}` }
          : {
              kind: 'exited',
              exitCode,
              stdout: conversation.stdout(),
              stderr: conversation.stderr(),
            },
      );
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
