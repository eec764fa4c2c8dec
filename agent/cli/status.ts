/** `interlock-agent status`: who this agent is, what it has open and what keeps it from work; may be asked while it runs. */
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { isInstanceLocked } from '../instance-lock';
import { readIdentity, readOpenJobs } from '../journal';
import { noRoom } from '../journal-room';
import { fingerprintOf, readKey } from '../keys';
import { readJournal } from '../read-journal';
import { readTroubles } from '../troubles';
import { AGENT_VERSION } from '../version';
import { followNewest, lineText } from './log-lines';
import { closedState, keyTrouble, statePaths } from './state-directory';

/** Prints what the journal and the running agent say, without touching anything. */
export function showStatus(config: AgentConfig, print: (line: string) => void): CommandEnd {
  const { stateDirectory } = config;
  const paths = statePaths(stateDirectory);
  const closed = closedState(stateDirectory);
  if (closed) return closed;
  const notEnrolled: CommandEnd = {
    exit: 'notEnrolled',
    sentence: `No agent is enrolled in ${stateDirectory}; run: interlock-agent enroll`,
  };
  if (!existsSync(paths.key)) return notEnrolled;
  const look = readJournal(paths.journal, (database) => factsIn(database));
  if (look.kind === 'failed') return { exit: 'journal', sentence: look.sentence };
  if (look.kind === 'none' || !look.result) return notEnrolled;
  const { agent, audience, url, jobs } = look.result;
  const fingerprint = fingerprintIn(paths.key);
  if (fingerprint.kind === 'failed') return { exit: 'journal', sentence: fingerprint.sentence };

  const isRunning = isInstanceLocked(paths.lock);
  print(`agent ${agent}, version ${AGENT_VERSION}, ${isRunning ? 'running' : NOT_RUNNING}`);
  print(`installation ${audience} at ${url}`);
  print(`fingerprint ${fingerprint.text}`);
  for (const { since, sentence } of isRunning ? readTroubles(paths.troubles) : [])
    print(`trouble since ${since}: ${sentence}`);
  const room = noRoom(stateDirectory, paths.journal);
  if (room !== undefined) print(`trouble: ${room}`);
  if (jobs.length === 0) print('no open job');
  for (const { job, fence, outcome } of jobs) {
    const state = outcome === null ? 'under way' : `${outcome.kind}, the app has yet to hear it`;
    print(`job ${job}, fence ${fence}: ${state}`);
  }
  const last = followNewest(paths.log)().at(-1);
  if (last) print(`last line of its log: ${lineText(last)}`);
  return { exit: 'done' };
}

const NOT_RUNNING = 'not running; start it: systemctl start interlock-agent';

function factsIn(database: DatabaseSync) {
  const identity = readIdentity(database);
  return identity && { ...identity, jobs: readOpenJobs(database) };
}

type Fingerprint =
  | { readonly kind: 'fingerprint'; readonly text: string }
  | { readonly kind: 'failed'; readonly sentence: string };

function fingerprintIn(key: string): Fingerprint {
  try {
    return { kind: 'fingerprint', text: fingerprintOf(readKey(key).publicKey) };
  } catch (cause) {
    return { kind: 'failed', sentence: keyTrouble(key, cause) };
  }
}
