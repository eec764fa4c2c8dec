/** `interlock-agent status`: who this agent is and what it has open; may be asked while it runs. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { createJournal, readIdentity } from '../journal';
import { isInstanceLocked } from '../instance-lock';
import { fingerprintOf, openKey } from '../keys';
import { AGENT_VERSION } from '../version';
import { followNewest, lineText } from './log-lines';
import { statePaths } from './state-directory';

/** Prints what the journal says, without touching it. */
export async function showStatus(
  config: AgentConfig,
  print: (line: string) => void,
): Promise<CommandEnd> {
  const paths = statePaths(config.stateDirectory);
  const notEnrolled: CommandEnd = {
    exit: 'notEnrolled',
    sentence: `No agent is enrolled in ${config.stateDirectory}; run: interlock-agent enroll`,
  };
  if (!existsSync(paths.journal) || !existsSync(paths.key)) return notEnrolled;
  const database = new DatabaseSync(paths.journal, { readOnly: true });
  try {
    const identity = readIdentity(database);
    if (!identity) return notEnrolled;
    print(`agent ${identity.agent}, version ${AGENT_VERSION}, ${runs(paths.lock)}`);
    print(`installation ${identity.audience} at ${identity.url}`);
    print(`fingerprint ${fingerprintOf(openKey(paths.key).publicKey)}`);
    const jobs = await createJournal(database).openJobs();
    if (jobs.length === 0) print('no open job');
    for (const { job, fence, outcome } of jobs) {
      const state = outcome === null ? 'under way' : `${outcome.kind}, the app has yet to hear it`;
      print(`job ${job}, fence ${fence}: ${state}`);
    }
    const last = followNewest(paths.log)().at(-1);
    if (last) print(`last line of its log: ${lineText(last)}`);
    return { exit: 'done' };
  } finally {
    database.close();
  }
}

const runs = (lock: string): string =>
  isInstanceLocked(lock) ? 'running' : 'not running; start it: systemctl start interlock-agent';
