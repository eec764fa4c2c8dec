/** The audit of a release as an auditor gets it: downloaded, judged by the agent's verifier and its memory. */
import type { DatabaseSync } from 'node:sqlite';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timesOf } from '#core/act-chain';
import { checkpointsOf } from '../../../agent/checkpoint-rows';
import { readIdentity } from '../../../agent/journal';
import { verifyAudit } from '../../../agent/verify-audit/verify-audit';
import type { AuditFile } from '../../../static/release-panel/src/join-pages';
import { downloadAudit } from '../../support/download-audit';
import type { ReleaseWorld } from '../../support/release-world';
import type { ToldAct } from './compare-acts';

export interface JudgedAudit {
  /** A sentence each. */
  readonly findings: readonly string[];
  readonly told: readonly ToldAct[];
}

/** Leaves the file in the directory. */
export async function judgedAudit(
  world: ReleaseWorld,
  journal: DatabaseSync,
  directory: string,
): Promise<JudgedAudit> {
  const audit = await downloadAudit(world);
  const file = join(directory, 'audit.json');
  writeFileSync(file, JSON.stringify(audit));
  const identity = readIdentity(journal);
  if (!identity) throw new Error('The agent is not enrolled.');
  const { findings } = verifyAudit(file, {
    ...identity,
    checkpointsOf: (issueId) => checkpointsOf(journal, identity.audience, issueId),
  });
  const told = toldIn(audit);
  const sealed = sealedIn(audit);
  return {
    findings: [
      ...findings,
      ...(sealed === told.length
        ? []
        : [`the audit tells ${String(told.length)} acts, and its jobs sealed ${String(sealed)}`]),
    ],
    told,
  };
}

/** Statements that ran one after the other are told together. */
const toldIn = ({ acts: rows }: AuditFile): readonly ToldAct[] =>
  rows.flatMap(({ job, acts }) =>
    acts.flatMap((act) => {
      const { place, what, fence, result, first, found = false } = act;
      return Array.from({ length: timesOf(act) }, (_, index): ToldAct => {
        const of = first === undefined ? act.of : `${act.of} ${String(first + index)}`;
        return { job, place, what, fence, of, result, found };
      });
    }),
  );

const sealedIn = ({ segments }: AuditFile): number =>
  segments
    .flatMap(({ events }) => events)
    .reduce((sum, event) => sum + (event.type === 'job-claimed' ? (event.acts?.count ?? 0) : 0), 0);
