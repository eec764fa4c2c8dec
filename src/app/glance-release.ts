/** A look that costs two reads: whether anything on a release's panel has changed. */
import { isAbandoned } from './abandoned';
import type { JobRecord, ReleaseRecord } from '#wire/records';
import type { Ports } from './ports';

/**
 * Names what a view of the release shows. Reports change their job in the same transaction as the states of
 * the hosts, so the job's version speaks for them.
 */
export function viewMark(record: ReleaseRecord, job: JobRecord | undefined, now: number): string {
  return [record.version, job?.version ?? 0, attendanceMark(job, now)].join('.');
}

/** What other jobs change in what is said of one that waits is seen by the page's next whole look, half a minute later at most. */
const attendanceMark = (job: JobRecord | undefined, now: number): string =>
  job !== undefined && isAbandoned(job, now) ? 'abandoned' : 'attended';

/**
 * Panels ask every few seconds, and a whole view reads a dozen records: 4,000 units a minute are all that an
 * installation has, for its agents and validators too. Source: Forge, limits of KVS and the Custom Entity Store.
 */
export async function glanceRelease(
  ports: Ports,
  input: { readonly issueId: string; readonly mark: string },
): Promise<{ readonly kind: 'same' } | { readonly kind: 'changed' }> {
  const { store, clock } = ports;
  const record = await store.get('release', input.issueId);
  const run = record?.state.run;
  const job = run ? await store.get('job', run.job) : undefined;
  const isSame = record !== undefined && viewMark(record, job, clock.now()) === input.mark;
  return { kind: isSame ? 'same' : 'changed' };
}
