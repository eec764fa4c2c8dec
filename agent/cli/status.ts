/** `interlock-agent status`: who this agent is, what it has open and what keeps it from work; may be asked while it runs. */
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { isAbsent } from '../centres/durable-file';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { wordsOf } from '../file-trouble';
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
  const next = existsSync(paths.nextKey) ? nextKeyLine(paths.nextKey) : undefined;
  if (next !== undefined) print(next);
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

/** A key that was made and whose answer never came: the app may know it as this agent's newest. */
function nextKeyLine(nextKey: string): string | undefined {
  try {
    const next = fingerprintOf(readKey(nextKey).publicKey);
    return `fingerprint of its next key ${next}: the settings show this one where Interlock has taken it and its answer was lost`;
  } catch (cause) {
    // It takes the current one's place while the agent runs.
    if (isAbsent(cause)) return undefined;
    return `trouble: The next key ${nextKey} cannot be used (${wordsOf(cause)}); move it away, and the agent makes another one.`;
  }
}

function fingerprintIn(key: string): Fingerprint {
  try {
    return { kind: 'fingerprint', text: fingerprintOf(readKey(key).publicKey) };
  } catch (cause) {
    return { kind: 'failed', sentence: keyTrouble(key, cause) };
  }
}
