/** The agent stands on the host itself: commands are its own child processes. */
import { spawn } from 'node:child_process';
import type { Command } from '../commands/quote';
import { converse } from './conversation';
import type { RunOptions, RunResult, Transport } from './transport';

/** Runs commands on this machine: as another user, through sudo; without one, as the agent's own. */
export const localTransport = (user?: string): Transport => ({
  run: (command, options) => runHere(command, options, user),
  close: () => Promise.resolve(),
});

const asUser = (user: string | undefined, command: Command): Command =>
  user === undefined ? command : ['sudo', '-n', '-u', user, '--', ...command];

function runHere(
  command: Command,
  { seconds, input }: RunOptions,
  user: string | undefined,
): Promise<RunResult> {
  const [program = '', ...words] = asUser(user, command);
  const child = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that giving it up ends what it has started as well.
    detached: true,
  });
  const conversation = converse(child, input);

  return new Promise((resolve) => {
    const giveUp = (sentence: string): void => {
      clearTimeout(timer);
      endGroup(child.pid, user);
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

function endGroup(pid: number | undefined, user: string | undefined): void {
  if (pid === undefined) return;
  if (user !== undefined) {
    // sudo is root's, and what it has started is the user's: the agent may signal neither. sudo ends with its command.
    const kill = ['sh', '-c', 'kill -s KILL -- "-$1"', 'sh', String(pid)];
    const [program = '', ...words] = asUser(user, kill);
    spawn(program, words, { stdio: 'ignore' }).on('error', () => undefined);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
