/** I3, I5, I8 and I19: stages in their order, proven bytes, one batch after the other, and a way back. */
import type { HostOrder } from '../../agent/ports/hosts';
import type { ReleaseEvent } from '#core/release-event';
import type { CodeStep } from '#core/plan-step';
import type { EventSegment, JobRecord } from '#wire/records';
import { previousOf } from './fake-host';
import type { FakeHost, HelperAct } from './fake-host';
import type { FakeStore } from './fake-store';
import { packageBy } from './packages';
import type { Sim } from './sim';
import type { BootWatch } from './watch-boots';
import type { HistoryWatch } from './watch-history';

export interface OrderWatch {
  begins(host: FakeHost, act: HelperAct, order: HostOrder): void;
  ends(host: FakeHost, act: HelperAct): void;
}

const SQL_OVER: readonly ReleaseEvent['type'][] = ['no-sql', 'sql-succeeded'];
const CONFIG_OVER: readonly ReleaseEvent['type'][] = [
  'no-config',
  'config-applied',
  'config-confirmed',
];

export function watchOrder(
  sim: Sim,
  store: FakeStore,
  history: HistoryWatch,
  hosts: readonly FakeHost[],
  { wasRobbed }: BootWatch,
): OrderWatch {
  /** Release → packages that its hosts were seen to serve when it was verified in the first environment. */
  const proven = new Map<string, Set<string>>();

  store.onCommit((changes) => {
    for (const { entity, after } of changes) {
      if (entity === 'events') remember(after as EventSegment);
    }
  });

  function remember({ issueId, events }: EventSegment): void {
    if (!events.some(({ type }) => type === 'verified')) return;
    const plan = store.plan(store.peek('release', issueId)?.state.planDigest ?? null);
    if (plan?.environment !== 'SIT') return;
    const addresses = plan.steps.flatMap((step) =>
      step.stage === 'CODE' ? step.hosts.map(({ address }) => address) : [],
    );
    const served = hosts.filter(({ address }) => addresses.includes(address));
    proven.set(issueId, new Set(served.map(({ current }) => current ?? '')));
  }

  function checkStages(job: JobRecord, what: string): void {
    const events = history.eventsOf(job.issueId);
    // A host may do late what it was told before the release was started anew, with other scripts.
    const offered = events.findIndex(
      (event) => event.type === 'stage-offered' && event.job === job.job,
    );
    const before = events.slice(0, offered + 1);
    const since = before.slice(before.findLastIndex(({ type }) => type === 'started') + 1);
    const isOver = (ends: readonly ReleaseEvent['type'][]): boolean =>
      since.some(({ type }) => ends.includes(type));
    if (!isOver(SQL_OVER) || !isOver(CONFIG_OVER))
      sim.violated('I3', `${what} of ${job.issueId}, whose SQL or configuration is not done.`);
  }

  /** Whoever edits the content of a release that was promoted makes other bytes of it: its approvers see that. */
  function checkProven(job: JobRecord, order: HostOrder, what: string): void {
    const events = history.eventsOf(job.issueId);
    const promoted = events.findLastIndex(({ type }) => type === 'promoted');
    const isSame = events.slice(promoted + 1).every(({ type }) => type !== 'content-edited');
    if (promoted < 0 || !isSame || job.environment !== 'PROD') return;
    if (events.some((event) => event.type === 'verified' && wasRobbed(event.job))) return;
    if (proven.get(job.issueId)?.has(order.digest) !== true)
      sim.violated('I5', `${what} of ${job.issueId}, which never was in service in SIT.`);
  }

  function checkBatches(job: JobRecord, host: FakeHost, step: CodeStep, what: string): void {
    const place = step.batches.findIndex((batch) => batch.includes(host.hostId));
    const earlier = step.batches.slice(0, place).flat();
    const addresses = step.hosts.filter(({ id }) => earlier.includes(id));
    const sick = hosts.find(
      (other) =>
        addresses.some(({ address }) => address === other.address) &&
        !other.isEdited &&
        !isHealthy(other, step.artifact.sha256),
    );
    if (sick) sim.violated('I8', `${what} in ${job.job}, and ${sick.id} before it is not healthy.`);
  }

  return {
    begins: (host, act, order) => {
      const what = `${act} of ${order.version} on ${host.id}`;
      const { quality } = packageBy(order.digest) ?? { quality: 'damaged' };
      if (quality === 'damaged' || host.torn.has(order.digest))
        sim.violated('I5', `${what} changes to bytes that nobody approved.`);
      const job = store.peek('job', order.job);
      if (job?.stage !== 'CODE') return;
      checkStages(job, what);
      const step = stepOn(store, job, host);
      if (act !== 'activate' || step?.artifact.sha256 !== order.digest) return;
      checkProven(job, order, what);
      checkBatches(job, host, step, what);
    },
    ends: (host, act) => {
      // Below what a way back leads to, a host keeps as many releases as it is told to.
      if (act !== 'activate') return;
      const [previous, { current }] = [previousOf(host), host];
      if (previous !== null && previous !== current && !host.releases.has(previous))
        sim.violated('I19', `${host.id} keeps nothing to go back to.`);
    },
  };
}

const isHealthy = ({ current, run }: FakeHost, digest: string): boolean =>
  current === digest && run?.digest === digest && packageBy(digest)?.quality === 'good';

const stepOn = (store: FakeStore, job: JobRecord, host: FakeHost): CodeStep | undefined =>
  store
    .plan(job.planDigest)
    ?.steps.filter((step) => step.stage === 'CODE')
    .find(({ hosts }) => hosts.some(({ address }) => address === host.address));
