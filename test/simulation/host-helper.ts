/** The helper at work on a simulated host, wait by wait, as agent/host/interlock-host.sh does it. */
import type { HostAnswer, HostOrder } from '../../agent/ports/hosts';
import { answerOf, OK, previousOf, raiseFence, release, standingTrail } from './fake-host';
import { FULL, isFull, prune } from './host-disk';
import type { Exit, FakeHost, HelperAct, HostWatch } from './fake-host';
import { createLife } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** The helper waits so long for another act, second by second. */
const LOCK_SECONDS = 30;

/** So late that it meets the next try, or the next claim. */
const LATE_MILLISECONDS = [
  [100, 4_000],
  [5_000, 200_000],
] as const;

/** What the helper is called for. */
export interface ActOnHost {
  readonly act: HelperAct;
  readonly order: HostOrder;
  /** What an activation's way back leads to; absent: what is current. */
  readonly former?: string;
  /** Resolves to whether a package's bytes came whole. */
  readonly bytesArrive: Promise<boolean>;
  /** How many releases stay on the host; absent: all. */
  readonly keep?: number;
  /** The host begins so much later. */
  readonly delayMilliseconds?: number;
}

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
  ordered: ActOnHost,
): RunningHelper {
  const { act, order, bytesArrive, delayMilliseconds = 0 } = ordered;
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
    const helper = createHelper(sim, host, watch, life, ordered);
    void helper.perform(bytesArrive, delayMilliseconds).then((exit) => {
      release(host, life);
      life.alive = false;
      resolve(answerOf(sim, host, exit));
    });
  });
  return { life, answer };
}

function createHelper(
  sim: Sim,
  host: FakeHost,
  watch: HostWatch,
  life: Life,
  { act, order, former, keep = Infinity }: ActOnHost,
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
    for (let waited = 0; host.lock !== null && !sim.isOff('host-lock'); waited += 1) {
      if (waited === LOCK_SECONDS) return false;
      if (waited === 0) sim.count('lock of a host not had at once');
      await sim.scheduler.wait(life, 1_000, 'waits for the lock');
    }
    host.lock = life;
    return true;
  };

  /** Everything between intent and ledger: what a crash may leave half done. */
  const effect = async (steps: () => Promise<Exit>): Promise<Exit> => {
    const end = (): void => watch.ends(host, act, order);
    life.onDeath.push(end);
    watch.begins(host, act, order);
    const exit = await steps();
    life.onDeath.splice(life.onDeath.indexOf(end), 1);
    end();
    return exit;
  };

  const begin = async (): Promise<void> => {
    host.intent = intent;
    await pause('has written its intent');
  };
  const finish = async (): Promise<Exit> => {
    if (isFull(sim, host)) return FULL;
    host.ledger.add(done);
    await pause('has written its ledger');
    host.intent = null;
    return OK;
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
      if (host.releases.has(digest)) return finish();
      if (isFull(sim, host)) return { code: 72, sentence: `${host.id} has no room.` };
      await begin();
      return OK;
    });
    if (asked.code !== 0 || host.releases.has(digest)) return asked;
    release(host, life);
    const isWhole = await bytesArrive;
    if (!isWhole && !sim.isOff('arrival-digest')) {
      return locked(async () => {
        if (host.intent === intent) host.intent = null;
        return { code: 65, sentence: 'The bytes that arrived do not have the digest.' };
      });
    }
    await pause('has received the package');
    return locked(() =>
      effect(async () => {
        host.intent = intent;
        await pause('unpacks');
        if (isFull(sim, host)) return FULL;
        host.releases.set(digest, version);
        if (!isWhole) host.torn.add(digest);
        const exit = await finish();
        if (exit.code === 0) prune(sim, host, digest, keep);
        return exit;
      }),
    );
  };

  const switchLink = async (): Promise<void> => {
    host.switched = { digest, job, left: host.current };
    await pause('has written who switches');
    host.current = digest;
    await pause('has switched');
  };

  const activate = (): Promise<Exit> =>
    locked(async () => {
      if (!host.releases.has(digest)) return { code: 66, sentence: 'The release is not complete.' };
      if (host.ledger.has(done)) return OK;
      if (isFull(sim, host)) return FULL;
      return effect(async () => {
        await begin();
        host.trail = standingTrail(host);
        if (host.current !== digest) {
          const isRetry = former !== undefined && former !== digest && former === previousOf(host);
          const under = isRetry ? host.trail.slice(0, -1) : host.trail;
          host.trail = [...under, { digest, job }];
          await pause('has written the trail');
          await switchLink();
        }
        return finish();
      });
    });

  const reactivate = (): Promise<Exit> =>
    locked(async () => {
      if (!host.releases.has(digest)) return { code: 66, sentence: 'The release is not complete.' };
      if (host.ledger.has(done)) return OK;
      if (isFull(sim, host)) return FULL;
      return effect(async () => {
        await begin();
        if (host.current !== digest) await switchLink();
        host.trail = standingTrail(host);
        return finish();
      });
    });

  const start = (): Promise<Exit> =>
    locked(async () => {
      if (host.current !== digest) return { code: 66, sentence: 'The release is not current.' };
      if (host.run?.digest === digest && host.run.job === job) return finish();
      if (isFull(sim, host)) return FULL;
      return effect(async () => {
        await begin();
        host.run = null;
        await pause('has stopped the process');
        if (sim.strikes('start-refused'))
          return { code: 77, sentence: 'The process did not begin.' };
        host.run = { digest, job, since: sim.scheduler.now() };
        await pause('has started the process');
        return finish();
      });
    });

  return {
    perform: async (bytesArrive: Promise<boolean>, delayMilliseconds: number): Promise<Exit> => {
      const [least, most] = sim.chance.pick(LATE_MILLISECONDS);
      const late = sim.strikes('act-late') ? sim.chance.between(least, most) : 0;
      const delay = delayMilliseconds + late + sim.chance.between(1, 100);
      await sim.scheduler.wait(life, delay, 'begins');
      switch (act) {
        case 'stage':
          return stage(bytesArrive);
        case 'activate':
          return activate();
        case 'reactivate':
          return reactivate();
        case 'start':
          return start();
      }
    },
  };
}
