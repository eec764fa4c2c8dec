/** Where the states of a deployment's hosts, scripts and namespaces are kept: many in few records, each always in the same. */
import { sharedPart } from '#core/plan';
import type { Plan } from '#core/plan';
import type { PlanStep } from '#core/plan-step';
import { HOSTS_PER_CHUNK } from '#wire/records';
import type { JobRecord } from '#wire/records';
import { CHANGES_MAX } from './ports';

/** One report may touch every chunk, changes its job and adds its acts in the same transaction. */
const CHUNKS_MAX = CHANGES_MAX - 2;

/** In how many chunks the states of a plan are kept; the stages of one attempt share them. */
export function chunksOf(plan: Plan): number {
  const states = plan.steps.reduce((sum, step) => sum + statesOf(step), 0);
  return Math.min(CHUNKS_MAX, Math.max(1, Math.ceil(states / HOSTS_PER_CHUNK)));
}

/** How many states the reports about a step leave; VERIFY and ROLLBACK write over those of CODE. */
function statesOf(step: PlanStep): number {
  switch (step.stage) {
    case 'CODE':
      return step.hosts.length;
    case 'SQL':
    case 'CONFIG':
    case 'RESTORE':
      return 1;
    case 'VERIFY':
    case 'ROLLBACK':
      return 0;
  }
}

/** The key of a chunk of a deployment's host states. */
export const chunkKey = (
  job: Pick<JobRecord, 'issueId' | 'environment' | 'attempt'>,
  chunk: number,
): string => `${job.issueId}.${job.environment}.${String(job.attempt)}.${String(chunk)}`;

/** The name of a host, script or change within a run: two sites may call different machines by the same id. */
export const hostKey = (stepId: string, hostId: string): string =>
  `${sharedPart(stepId)}.${hostId}`;

/** The chunk of a host: stable, so that a host is always found in the same record. */
export const chunkOf = (key: string, chunks: number, sha256: (text: string) => string): number =>
  Number.parseInt(sha256(key).slice(0, 8), 16) % chunks;
