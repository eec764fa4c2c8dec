/** I10, I11 and I12: the ends of jobs are final, claims are one at a time, messages count once and in order. */
import { hash } from 'node:crypto';
import { canonicalText } from '#core/canonical';
import { hostKey } from '#app/host-chunks';
import { ReportData, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { ReportEntry } from '#wire/agent';
import type { HostStatesRecord, JobRecord, ScopeRecord } from '#wire/records';
import type { FakeStore, Written } from './fake-store';
import type { Sim } from './sim';
import type { WireWatch } from './wire-watch';

export function watchJobs(sim: Sim, store: FakeStore): WireWatch {
  /** Digest of a message → what it told. */
  const messages = new Map<string, readonly ReportEntry[]>();
  /** What was applied, by job, number and digest. */
  const applied = new Set<string>();
  const seconds = (): number => Math.floor(sim.scheduler.now() / 1_000);

  store.onCommit((changes) => {
    for (const change of changes) {
      if (change.entity === 'job') onJob(change, changes);
      if (change.entity === 'scope') onScope(change);
    }
  });

  function onScope({ key, before, after }: Written): void {
    const [old, now] = [before as ScopeRecord | undefined, after as ScopeRecord | undefined];
    if (old && now && now.fence < old.fence)
      sim.violated('I11', `The fence of ${key} went back from ${old.fence} to ${now.fence}.`);
  }

  function onJob(change: Written, changes: readonly Written[]): void {
    const before = change.before as JobRecord | undefined;
    const after = change.after as JobRecord | undefined;
    if (!before || !after) return;
    if (before.status === 'finished') {
      const [old, now] = [before, after].map(({ status, outcome }) => ({ status, outcome }));
      if (canonicalText(old) !== canonicalText(now))
        sim.violated('I10', `The finished job ${after.job} changed.`);
    }
    if (after.fence !== before.fence) onClaim(before, after, changes);
    const tells = changes.some(({ entity }) => entity === 'host-states');
    if (tells || after.lastSeq !== before.lastSeq || after.lastMessage !== before.lastMessage)
      onMessage(before, after, changes);
  }

  function onClaim(before: JobRecord, after: JobRecord, changes: readonly Written[]): void {
    sim.count('claim');
    for (const { entity, key, before: scope } of changes) {
      if (entity === 'scope' && (scope as ScopeRecord).fence >= after.fence)
        sim.violated('I11', `Job ${after.job} got a fence that ${key} has seen.`);
    }
    const isOther = before.agent !== null && before.agent !== after.agent;
    if (isOther && before.status === 'running') {
      sim.count('takeover');
      if (seconds() < before.leaseUntil + TAKEOVER_GRACE_SECONDS)
        sim.violated('I11', `Job ${after.job} was claimed while ${before.agent ?? ''} held it.`);
    }
    for (const other of store.all('job')) {
      const isLive =
        other.status === 'running' && other.outcome === null && other.leaseUntil > seconds();
      const shares = other.scopes.some((scope) => after.scopes.includes(scope));
      if (other.job !== after.job && isLive && shares)
        sim.violated('I11', `Jobs ${other.job} and ${after.job} are claimed for the same scope.`);
    }
  }

  function onMessage(before: JobRecord, after: JobRecord, changes: readonly Written[]): void {
    if (after.lastSeq !== before.lastSeq + 1)
      sim.violated(
        'I12',
        `Job ${after.job}: message ${after.lastSeq} came after ${before.lastSeq}.`,
      );
    const digest = after.lastMessage ?? '';
    applied.add(`${after.job} ${after.lastSeq} ${digest}`);
    const told = new Map(
      (messages.get(digest) ?? []).map((entry) => [hostKey(entry.step, entry.host), entry]),
    );
    const stored = changes.flatMap(({ entity, after: record }) =>
      entity === 'host-states' ? Object.entries((record as HostStatesRecord).hosts) : [],
    );
    for (const [host, entry] of told) {
      const kept = stored.find(([id]) => id === host)?.[1];
      if (kept?.state !== entry.state || kept.note !== entry.note)
        sim.violated('I12', `Job ${after.job}: what was told of host ${host} was not kept.`);
    }
  }

  return {
    sent: ({ op, data }, body) => {
      const report = op === 'report' ? ReportData.safeParse(data).data : undefined;
      if (report) messages.set(hash('sha256', body), report.entries);
    },
    answered: ({ op, job, seq }, body, status) => {
      if (status !== 200 || (op !== 'report' && op !== 'finish')) return;
      if (!applied.has(`${job ?? ''} ${seq ?? ''} ${hash('sha256', body)}`))
        sim.violated('I12', `Message ${seq ?? ''} of job ${job ?? ''} was acknowledged, not kept.`);
    },
  };
}
