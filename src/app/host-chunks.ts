/** Where the states of a deployment's hosts are kept: many hosts in few records, each host always in the same. */
import { sharedPart } from '#core/plan';
import type { Plan } from '#core/plan';
import { HOSTS_PER_CHUNK } from '#wire/records';
import type { JobRecord } from '#wire/records';
import { CHANGES_MAX } from './ports';

/** One report may touch every chunk, and changes its job in the same transaction. */
const CHUNKS_MAX = CHANGES_MAX - 1;

/** In how many chunks the hosts of a plan are kept. */
export function chunksOf(plan: Plan): number {
  const hosts = plan.steps
    .filter((step) => step.stage === 'CODE')
    .reduce((sum, step) => sum + step.hosts.length, 0);
  return Math.min(CHUNKS_MAX, Math.max(1, Math.ceil(hosts / HOSTS_PER_CHUNK)));
}

/** The key of a chunk of a deployment's host states. */
export const chunkKey = (
  job: Pick<JobRecord, 'issueId' | 'environment' | 'attempt'>,
  chunk: number,
): string => `${job.issueId}.${job.environment}.${String(job.attempt)}.${String(chunk)}`;

/** The name of a host within a run: two sites may call different machines by the same id. */
export const hostKey = (stepId: string, hostId: string): string =>
  `${sharedPart(stepId)}.${hostId}`;

/** The chunk of a host: stable, so that a host is always found in the same record. */
export const chunkOf = (key: string, chunks: number, sha256: (text: string) => string): number =>
  Number.parseInt(sha256(key).slice(0, 8), 16) % chunks;
