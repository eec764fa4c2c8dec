/** `interlock-agent drain`: the running agent finishes its job, takes no other and ends, so that it can be updated. */
import { existsSync } from 'node:fs';
import { machineClock } from '../clock';
import type { AgentConfig } from '../config';
import { askToDrain, isAskedToDrain } from '../drain-request';
import type { CommandEnd } from '../exit-codes';
import { isInstanceLocked } from '../instance-lock';
import { readOpenJobs } from '../journal';
import { readJournal } from '../read-journal';
import { readTroubles } from '../troubles';
import { closedState, statePaths } from './state-directory';

const LOOK_MILLISECONDS = 200;

/** An agent that somebody stopped comes back when somebody starts it. */
const WAITING =
  'This waits for that start; where systemd does not bring it within seconds, run: systemctl start interlock-agent. Ctrl-C ends the wait and keeps the wish: the next start, whenever it comes, drains and does no more.';

/** Asks, and waits until the agent has ended. */
export async function drainAgent(
  { stateDirectory }: AgentConfig,
  print: (line: string) => void,
): Promise<CommandEnd> {
  const { lock, drain, journal, troubles } = statePaths(stateDirectory);
  const closed = closedState(stateDirectory);
  if (closed) return closed;
  if (!existsSync(journal)) {
    const sentence = `No agent is enrolled in ${stateDirectory}; run: interlock-agent enroll`;
    return { exit: 'notEnrolled', sentence };
  }
  const runs = isInstanceLocked(lock);
  const look = readJournal(journal, readOpenJobs);
  if (look.kind === 'failed') return { exit: 'journal', sentence: look.sentence };
  const open = look.kind === 'read' ? look.result.length : 0;
  if (!runs && open === 0) {
    print(`No agent runs on ${stateDirectory}; there is nothing to drain.`);
    return { exit: 'done' };
  }
  askToDrain(drain);
  // One that was killed is between two lives: systemd starts it again, and it goes on with what it left.
  print(
    runs
      ? 'Asked the agent to drain: it finishes its job, takes no other, and ends.'
      : `No agent runs on ${stateDirectory}, and it left ${open === 1 ? 'a job' : `${open} jobs`} open: its next start finishes ${open === 1 ? 'that' : 'them'}, takes no other, and ends.`,
  );
  if (!runs) print(WAITING);
  for (const { since, sentence } of readTroubles(troubles))
    print(`trouble since ${since}: ${sentence}`);
  for (let told = !runs; isAskedToDrain(drain) || isInstanceLocked(lock);) {
    if (!isInstanceLocked(lock) && isAskedToDrain(drain) && !told) {
      print(
        'The agent was gone before it had drained; its next start finishes what is open, and ends.',
      );
      print(WAITING);
      told = true;
    }
    await machineClock.sleep(LOOK_MILLISECONDS);
  }
  print('The agent has ended. Update it, then start it: it goes on with what waits.');
  return { exit: 'done' };
}
