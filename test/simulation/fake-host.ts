/** One host with the helper's behaviour: lock, fence, intent, ledger, releases, current, previous, process. */
import type { Host } from '#core/site';
import type { HostAnswer, HostFacts, HostOrder, InstalledRelease } from '../../agent/ports';
import { createLife } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

export type HelperAct = 'stage' | 'activate' | 'start';

/** Told when an act changes what the host holds or serves, and when that is over. */
export interface HostWatch {
  begins(host: FakeHost, act: HelperAct, order: HostOrder): void;
  ends(host: FakeHost, act: HelperAct, order: HostOrder): void;
}

/** What one site's base directory on a host holds. */
export interface FakeHost {
  /** Its name, over all sites. */
  readonly id: string;
  /** Its id within its site. */
  readonly hostId: string;
  readonly address: string;
  fence: number;
  intent: string | null;
  readonly ledger: Set<string>;
  /** Digest → version of complete releases. */
  readonly releases: Map<string, string>;
  current: string | null;
  previous: string | null;
  run: { readonly digest: string; readonly job: string; readonly since: number } | null;
  lock: Life | null;
  /** Nobody can reach it before that virtual millisecond. */
  unreachableUntil: number;
}

/** The helper waits so long for another act, second by second. */
const LOCK_SECONDS = 30;

/** A host that nothing was ever installed on. */
export const bareHost = ({ id: hostId, name: id, address }: Host): FakeHost => ({
  id,
  hostId,
  address,
  fence: 0,
  intent: null,
  ledger: new Set(),
  releases: new Map(),
  current: null,
  previous: null,
  run: null,
  lock: null,
  unreachableUntil: 0,
});

/** A host that serves a release. */
export const servingHost = (host: Host, { digest, version }: InstalledRelease): FakeHost => ({
  ...bareHost(host),
  releases: new Map([[digest, version]]),
  current: digest,
  run: { digest, job: 'before', since: 0 },
});

/** Exit codes of the helper, as far as the simulation meets them. Source: agent/host/refusals.ts. */
type Exit = { readonly code: 0 } | { readonly code: 65 | 66 | 71 | 75; readonly sentence: string };

export interface RunningHelper {
  readonly life: Life;
  /** Undefined when it was killed in the middle. */
  readonly answer: Promise<HostAnswer | undefined>;
}

/** Runs the helper; the bytes of a package follow when they do. */
export function runHelper(
  sim: Sim,
  host: FakeHost,
  watch: HostWatch,
  act: HelperAct,
  order: HostOrder,
  bytesArrive: Promise<boolean>,
): RunningHelper {
  const doomed = sim.strikes('act-killed');
  const life = createLife(
    `${host.id} ${act} ${order.job}/${order.fence}`,
    doomed ? sim.chance.below(8) : Infinity,
  );
  const answer = new Promise<HostAnswer | undefined>((resolve) => {
    life.onDeath.push(() => {
      sim.count('act killed on a host');
      release(host, life);
      resolve(undefined);
    });
    const helper = createHelper(sim, host, watch, life, act, order);
    void helper.perform(bytesArrive).then((exit) => {
      release(host, life);
      life.alive = false;
      resolve(answerOf(sim, host, exit));
    });
  });
  return { life, answer };
}

/** `state`: looks without waiting for the lock; raises the fence only when it has it. */
export function lookAt(sim: Sim, host: FakeHost, fence: number): HostAnswer {
  if (host.lock !== null) return { kind: 'done', facts: factsOf(host, true) };
  const exit = fence > 0 ? raiseFence(sim, host, fence) : OK;
  return answerOf(sim, host, exit);
}

const OK: Exit = { code: 0 };

function createHelper(
  sim: Sim,
  host: FakeHost,
  watch: HostWatch,
  life: Life,
  act: HelperAct,
  order: HostOrder,
) {
  const { digest, version, job, fence } = order;
  const done = `${act} ${job} ${fence} ${digest} ${version}`;
  const intent = `${act} ${job} ${fence} ${digest}`;
  const pause = (label: string): Promise<void> => {
    const slow = sim.strikes('act-slow');
    const milliseconds = slow ? sim.chance.between(5_000, 90_000) : sim.chance.between(1, 120);
    return sim.scheduler.wait(life, milliseconds, label);
  };

  const lock = async (): Promise<boolean> => {
    for (let waited = 0; host.lock !== null; waited += 1) {
      if (waited === LOCK_SECONDS) return false;
      await sim.scheduler.wait(life, 1_000, 'waits for the lock');
    }
    host.lock = life;
    return true;
  };

  /** Everything between intent and ledger: what a crash may leave half done. */
  const effect = async (steps: () => Promise<void>): Promise<void> => {
    const end = (): void => watch.ends(host, act, order);
    life.onDeath.push(end);
    watch.begins(host, act, order);
    await steps();
    life.onDeath.splice(life.onDeath.indexOf(end), 1);
    end();
  };

  const begin = async (): Promise<void> => {
    host.intent = intent;
    await pause('has written its intent');
  };
  const finish = async (): Promise<void> => {
    host.ledger.add(done);
    await pause('has written its ledger');
    host.intent = null;
  };

  const locked = async (work: () => Promise<Exit>): Promise<Exit> => {
    if (!(await lock())) return { code: 71, sentence: `Another act holds the lock of ${host.id}.` };
    const raised = raiseFence(sim, host, fence);
    if (raised.code !== 0) return raised;
    await pause('has raised the fence');
    return work();
  };

  const stage = async (bytesArrive: Promise<boolean>): Promise<Exit> => {
    const asked = await locked(async () => {
      if (host.releases.has(digest)) await finish();
      else await begin();
      return OK;
    });
    if (asked.code !== 0 || host.releases.has(digest)) return asked;
    release(host, life);
    if (!(await bytesArrive)) {
      return locked(async () => {
        if (host.intent === intent) host.intent = null;
        return { code: 65, sentence: 'The bytes that arrived do not have the digest.' };
      });
    }
    await pause('has received the package');
    return locked(async () => {
      await effect(async () => {
        host.intent = intent;
        await pause('unpacks');
        host.releases.set(digest, version);
        await finish();
      });
      return OK;
    });
  };

  const activate = (): Promise<Exit> =>
    locked(async () => {
      if (!host.releases.has(digest)) return { code: 66, sentence: 'The release is not complete.' };
      if (host.ledger.has(done)) return OK;
      await effect(async () => {
        await begin();
        if (host.current !== digest) {
          host.previous = host.current;
          await pause('has written previous');
          host.current = digest;
          await pause('has switched');
        }
        await finish();
      });
      return OK;
    });

  const start = (): Promise<Exit> =>
    locked(async () => {
      if (host.current !== digest) return { code: 66, sentence: 'The release is not current.' };
      if (host.run?.digest === digest && host.run.job === job) {
        await finish();
        return OK;
      }
      await effect(async () => {
        await begin();
        host.run = null;
        await pause('has stopped the process');
        host.run = { digest, job, since: sim.scheduler.now() };
        await pause('has started the process');
        await finish();
      });
      return OK;
    });

  return {
    perform: async (bytesArrive: Promise<boolean>): Promise<Exit> => {
      const late = sim.strikes('act-late') ? sim.chance.between(5_000, 200_000) : 0;
      await sim.scheduler.wait(life, late + sim.chance.between(1, 100), 'begins');
      switch (act) {
        case 'stage':
          return stage(bytesArrive);
        case 'activate':
          return activate();
        case 'start':
          return start();
      }
    },
  };
}

function raiseFence(sim: Sim, host: FakeHost, fence: number): Exit {
  if (fence < host.fence && !sim.isOff('host-fence')) {
    sim.count('fence refused');
    return { code: 75, sentence: `Host ${host.id} has seen fence ${host.fence}.` };
  }
  host.fence = Math.max(host.fence, fence);
  return OK;
}

function release(host: FakeHost, life: Life): void {
  if (host.lock === life) host.lock = null;
}

function answerOf(sim: Sim, host: FakeHost, exit: Exit): HostAnswer {
  switch (exit.code) {
    case 0:
      return { kind: 'done', facts: factsOf(host, false) };
    case 75:
      return { kind: 'superseded', sentence: exit.sentence };
    case 65:
    case 66:
      sim.count(`host refused with ${exit.code}`);
      return { kind: 'refused', failure: { class: 'package', sentence: exit.sentence } };
    case 71:
      sim.count('lock not had in time');
      return { kind: 'refused', failure: { class: 'time-out', sentence: exit.sentence } };
  }
}

function factsOf(host: FakeHost, busy: boolean): HostFacts {
  const installed = (digest: string | null): InstalledRelease | null =>
    digest === null ? null : { digest, version: host.releases.get(digest) ?? '' };
  return {
    fence: host.fence,
    current: installed(host.current),
    previous: installed(host.previous),
    staged: [...host.releases.keys()],
    unfinished: host.intent,
    busy,
    process: host.run === null ? 'none' : 'running',
    processDigest: host.run?.digest ?? null,
  };
}
