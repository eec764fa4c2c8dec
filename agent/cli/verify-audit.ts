/** `interlock-agent verify-audit <export>`: does the audit of a release hold, as far as this machine can tell. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { checkpointsOf } from '../checkpoint-rows';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { readIdentity } from '../journal';
import { verifyAudit } from '../verify-audit/verify-audit';
import type { OwnWitness } from '../verify-audit/verify-audit';
import { statePaths } from './state-directory';

/** Without `config` only what the export itself says is judged: an auditor needs no agent. */
export function checkAudit(
  config: AgentConfig | undefined,
  file: string,
  print: (line: string) => void,
): CommandEnd {
  if (!existsSync(file)) return { exit: 'usage', sentence: `There is no file ${file}.` };
  const journal = config && statePaths(config.stateDirectory).journal;
  // A journal is opened for reading only: the agent may be at work.
  const database =
    journal !== undefined && existsSync(journal)
      ? new DatabaseSync(journal, { readOnly: true })
      : undefined;
  try {
    const { findings, statements } = verifyAudit(file, database && witnessIn(database));
    for (const statement of statements) print(statement);
    return findings.length === 0
      ? { exit: 'done' }
      : { exit: 'tampered', sentence: findings.join('\n') };
  } finally {
    database?.close();
  }
}

function witnessIn(database: DatabaseSync): OwnWitness | undefined {
  const identity = readIdentity(database);
  if (!identity) return undefined;
  const { agent, audience, appKey } = identity;
  return {
    agent,
    audience,
    appKey,
    checkpointsOf: (issueId) => checkpointsOf(database, audience, issueId),
  };
}
