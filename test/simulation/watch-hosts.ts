/** I1, I4 and I6: what happens on hosts is ordered by fences, approved at that instant, and in the plan. */
import type { HostOrder } from '../../agent/ports/hosts';
import type { CodeStep } from '#core/plan-step';
import type { Policy } from '#core/policy';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { EventSegment, JobRecord, PolicyRecord } from '#wire/records';
import { previousOf } from './fake-host';
import type { FakeHost, HelperAct, HostWatch } from './fake-host';
import type { FakeStore } from './fake-store';
import { againstJob } from './oracle';
import { notServing, stillServing } from './served';
import type { Sim } from './sim';
import type { HistoryWatch } from './watch-history';
import type { OrderWatch } from './watch-order';

/** An effect that began under a lease may end so long after the gate fell: then a successor may begin. */
const TAIL_MILLISECONDS = (LEASE_SECONDS + TAKEOVER_GRACE_SECONDS) * 1_000;

export function watchHosts(
  sim: Sim,
  store: FakeStore,
  history: HistoryWatch,
  hosts: readonly FakeHost[],
  stages: OrderWatch,
): HostWatch {
  /** The fences of what is under way on a host. */
  const underWay = new Map<string, number[]>();
  const highest = new Map<string, number>();
  /** What a host served before a job touched it, and before that, by job and host. */
  const former = new Map<string, readonly (string | null)[]>();
  /** Until when the gate stood for a job; infinite while it stands. */
  const stood = new Map<string, number>();

  /** Every policy that ever was in force: a running release keeps the one that it started with. */
  const policies = new Map<number, Policy>();
  for (const record of store.all('policy')) keepPolicy(record);

  store.onCommit((changes) => {
    for (const { entity, after } of changes) {
      if (entity === 'events') checkServed(after as EventSegment);
      if (entity === 'policy') keepPolicy(after as PolicyRecord);
    }
    const matters = changes.some(({ entity }) => entity === 'release' || entity === 'policy');
    if (!matters) return;
    for (const job of store.all('job')) {
      if (job.status === 'finished') continue;
      if (whyNot(job) === undefined) stood.set(job.job, Infinity);
      else if (stood.get(job.job) === Infinity) stood.set(job.job, sim.scheduler.now());
    }
  });

  /** I7: whoever says that a release is in service, or out of it, is right. A person may err about CODE: VERIFY follows. */
  function checkServed({ issueId, events }: EventSegment): void {
    const isAnswer = events.some(({ type }) => type === 'answered');
    const says = events.find(
      ({ type }) =>
        type === 'verified' || ((type === 'code-succeeded' || type === 'rolled-back') && !isAnswer),
    );
    if (!says) return;
    const planDigest = store.peek('release', issueId)?.state.planDigest ?? null;
    const host =
      says.type === 'rolled-back'
        ? stillServing(store, hosts, planDigest, issueId)
        : notServing(store, hosts, planDigest);
    if (host)
      sim.violated('I7', `${says.type} of ${issueId}, but ${host.id} serves something else.`);
  }

  function keepPolicy({ policy }: PolicyRecord): void {
    policies.set(policy.version, policy);
  }

  function whyNot(job: JobRecord): string | undefined {
    const release = store.peek('release', job.issueId);
    const policy = policies.get(release?.state.terms?.policyVersion ?? -1);
    if (!release || !policy) return 'the release was not started under any policy';
    const events = history.eventsOf(job.issueId);
    const named = release.state.content?.code.map(({ site }) => site) ?? [];
    const sites = store.all('site').map(({ site }) => site);
    return againstJob({
      job,
      release,
      events,
      policy,
      sites: sites.filter(({ id }) => named.includes(id)),
    });
  }

  function checkApproval(job: JobRecord, what: string): void {
    const until = stood.get(job.job) ?? -Infinity;
    if (sim.scheduler.now() - until > TAIL_MILLISECONDS)
      sim.violated('I4', `${what}, although ${whyNot(job) ?? 'it was never approved'}.`);
  }

  function checkPlan(host: FakeHost, act: HelperAct, order: HostOrder, job: JobRecord): void {
    const step = stepFor(host, job);
    const place = `${job.job} ${host.id}`;
    if (!former.has(place)) former.set(place, [host.current, previousOf(host)]);
    const isThere = step?.artifact.sha256 === order.digest && step.version === order.version;
    const isPlanned = isThere && job.stage !== 'ROLLBACK';
    const isWayBack =
      act !== 'stage' && (host.isEdited || former.get(place)?.includes(order.digest) === true);
    if (step?.basePath !== order.basePath || !(isPlanned || isWayBack))
      sim.violated(
        'I6',
        `${act} of ${order.version} on ${host.id} is not in the plan of ${job.job}.`,
      );
  }

  function stepFor(host: FakeHost, job: JobRecord): CodeStep | undefined {
    return store
      .plan(job.planDigest)
      ?.steps.filter((step) => step.stage === 'CODE')
      .find(({ hosts }) => hosts.some(({ address }) => address === host.address));
  }

  return {
    begins: (host, act, order) => {
      const what = `${act} of ${order.version} on ${host.id} by fence ${order.fence}`;
      const others = underWay.get(host.id) ?? [];
      if (others.length > 0) sim.violated('I1', `${what} overlaps with fence ${others.join()}.`);
      if (order.fence < (highest.get(host.id) ?? 0))
        sim.violated('I1', `${what} follows fence ${highest.get(host.id) ?? 0}.`);
      highest.set(host.id, Math.max(order.fence, highest.get(host.id) ?? 0));
      underWay.set(host.id, [...others, order.fence]);

      const job = store.peek('job', order.job);
      if (!job) {
        sim.violated('I6', `${what} belongs to no job.`);
        return;
      }
      checkApproval(job, what);
      checkPlan(host, act, order, job);
      stages.begins(host, act, order);
      sim.count(`${act} on a host`);
    },
    ends: (host, act, order) => {
      const acts = underWay.get(host.id) ?? [];
      acts.splice(acts.indexOf(order.fence), 1);
      stages.ends(host, act);
    },
  };
}
