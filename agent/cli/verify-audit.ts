/** `interlock-agent verify-audit <export>`: does the audit of a release hold, as far as this machine can tell. */
import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { isAbsent } from '../centres/durable-file';
import { checkpointsOf } from '../checkpoint-rows';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { wordsOf } from '../file-trouble';
import { readIdentity } from '../journal';
import { readJournal } from '../read-journal';
import { verifyAudit } from '../verify-audit/verify-audit';
import type { OwnWitness, Verdict } from '../verify-audit/verify-audit';
import { closedState, statePaths } from './state-directory';

/** A hundred times the longest that a panel makes. */
const AUDIT_MAX_BYTES = 256 * 1024 * 1024;

/** An auditor's machine has no agent; one that was named, or whose file cannot be seen, is never left out in silence. */
export function hasNoAgent({ file, isNamed }: { file: string; isNamed: boolean }): boolean {
  if (isNamed) return false;
  try {
    lstatSync(file);
    return false;
  } catch (cause) {
    return isAbsent(cause);
  }
}

/** The agent whose memory the audit is judged by; `isNamed`: by `--config`, so that it has to bear witness. */
interface Asked {
  readonly config: AgentConfig;
  readonly isNamed: boolean;
}

/** Without an agent only what the export itself says is judged. */
export function checkAudit(
  asked: Asked | undefined,
  file: string,
  print: (line: string) => void,
): CommandEnd {
  const problem = unreadable(file);
  if (problem !== undefined) return { exit: 'usage', sentence: problem };
  if (!asked) return end(verifyAudit(file, undefined), print);
  const { config, isNamed } = asked;
  const closed = closedState(config.stateDirectory);
  if (closed) return closed;
  const { journal } = statePaths(config.stateDirectory);
  const look = readJournal(journal, (database) => {
    const own = witnessIn(database);
    return own && verifyAudit(file, own);
  });
  if (look.kind === 'failed') return { exit: 'journal', sentence: look.sentence };
  const judged = look.kind === 'read' ? look.result : undefined;
  if (!judged && isNamed) return { exit: 'notEnrolled', sentence: keepsNothing(config) };
  return end(judged ?? verifyAudit(file, undefined), print);
}

const keepsNothing = ({ stateDirectory }: AgentConfig): string =>
  `${stateDirectory} keeps nothing to judge an audit by, because no agent is enrolled there; name the agent.yml of one that is with --config, or judge without an agent on a machine that has none.`;

/** Why a file cannot be judged. */
function unreadable(file: string): string | undefined {
  try {
    const found = statSync(file);
    if (!found.isFile() && !found.isFIFO())
      return `${file} is a directory or a device; name the file that "Download audit" in a release's panel has left.`;
    if (found.size > AUDIT_MAX_BYTES)
      return `${file} has ${found.size} bytes, and an audit at most ${AUDIT_MAX_BYTES}; name the file that "Download audit" in a release's panel has left.`;
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (cause) {
    return isAbsent(cause)
      ? `There is no file ${file}; name the one that "Download audit" in a release's panel has left.`
      : `${file} cannot be read (${wordsOf(cause)}); let this user read it, or run this as one who may.`;
  }
}

function end({ findings, statements }: Verdict, print: (line: string) => void): CommandEnd {
  for (const statement of statements) print(statement);
  return findings.length === 0
    ? { exit: 'done' }
    : { exit: 'tampered', sentence: findings.join('\n') };
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
