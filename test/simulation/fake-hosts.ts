/** An agent's connections to the hosts: refused, broken before or after an act, or fine. */
import type { Host } from '#core/site';
import type { OpenArtifact } from '../../agent/ports/artifacts';
import type { HostAnswer, HostOrder, Hosts, HostSession } from '../../agent/ports/hosts';
import { lookAt } from './fake-host';
import type { FakeHost, HelperAct, HostWatch } from './fake-host';
import { runHelper } from './host-helper';
import { freeze, kill } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** Told as well to which hosts an agent connects. */
interface LineWatch extends HostWatch {
  connects(host: Host): void;
}

/** The hosts as one start of an agent reaches them. */
export function hostsFor(
  sim: Sim,
  life: Life,
  hosts: readonly FakeHost[],
  watch: LineWatch,
): Hosts {
  return {
    connect: (target) =>
      sim.tell(life, `connects to ${target.host.id}`, () => {
        const { address } = target.host;
        watch.connects(target.host);
        const host = hosts.find((candidate) => candidate.address === address);
        if (host && sim.strikes('host-unreachable')) cutOff(sim, host);
        if (!host || isUnreachable(sim, host) || sim.strikes('line-refused')) {
          sim.count('connection refused');
          const sentence = `There is no connection to ${address}.`;
          return { kind: 'failed', failure: { class: 'transport', sentence } };
        }
        return { kind: 'connected', session: sessionWith(sim, life, host, watch) };
      }),
  };
}

const isUnreachable = (sim: Sim, host: FakeHost): boolean =>
  host.unreachableUntil > sim.scheduler.now();

function cutOff(sim: Sim, host: FakeHost): void {
  sim.count('host cut off');
  host.unreachableUntil = sim.scheduler.now() + sim.chance.between(2_000, 200_000);
}

const LOST: HostAnswer = { kind: 'lost', sentence: 'the connection ended' };

/** As few as the helper may be told to keep: nearly everything that can be taken away is. */
const RELEASES_KEPT = 1;

/** Some helpers notice that nobody listens any more, and end. */
const ENDS_WITH_ITS_LINE = 0.3;

function sessionWith(sim: Sim, life: Life, host: FakeHost, watch: HostWatch): HostSession {
  let broken = false;

  const breaks = (): boolean => {
    if (sim.strikes('host-unreachable')) cutOff(sim, host);
    if (broken) return true;
    const tears = sim.strikes('line-breaks');
    // Often it is more than the one connection.
    if (tears && sim.chance.happens(0.4)) cutOff(sim, host);
    broken = tears || isUnreachable(sim, host);
    if (broken) sim.count('line broken');
    return broken;
  };

  const perform = async (
    act: HelperAct,
    order: HostOrder,
    { artifact, former }: { readonly artifact?: OpenArtifact; readonly former?: string } = {},
  ): Promise<HostAnswer> => {
    const label = `${act} ${order.version} on ${host.id} by fence ${order.fence}`;
    await sim.ask(life, label, () => undefined);
    if (breaks()) return LOST;
    const strands = sim.strikes('act-strands');
    if (strands) sim.scheduler.after(life, sim.chance.between(0, 200), 'crashes', () => kill(life));
    else mayStumble(sim, life);

    const bytesArrive = artifact ? bytesOf(sim, life, artifact) : Promise.resolve(true);
    const { life: helper, answer } = runHelper(sim, host, watch, {
      act,
      order,
      ...(former !== undefined && { former }),
      bytesArrive,
      keep: RELEASES_KEPT,
      delayMilliseconds: strands ? sim.chance.between(5_000, 120_000) : 0,
    });
    const endWithAgent = (): void => {
      if (!strands && sim.chance.happens(ENDS_WITH_ITS_LINE)) kill(helper);
    };
    life.onDeath.push(endWithAgent);
    const brokenUnderWay = breaks();
    if (brokenUnderWay && sim.chance.happens(ENDS_WITH_ITS_LINE)) kill(helper);

    const ended = brokenUnderWay ? undefined : await answer;
    await sim.ask(life, `${label} is over`, () => undefined);
    life.onDeath.splice(life.onDeath.indexOf(endWithAgent), 1);
    return ended === undefined || breaks() ? LOST : ended;
  };

  return {
    state: async (_basePath, fence, healthy) => {
      const answer = await sim.tell(life, `looks at ${host.id} by fence ${fence}`, () =>
        breaks() ? LOST : lookAt(sim, host, fence, healthy),
      );
      return breaks() ? LOST : answer;
    },
    stage: (order, artifact) => perform('stage', order, { artifact }),
    activate: (order, former) => perform('activate', order, former === undefined ? {} : { former }),
    reactivate: (order) => perform('reactivate', order),
    start: (order) => perform('start', order),
    close: () => Promise.resolve(),
  };
}

/** The agent's process ends or stops while somebody is at work for it. */
export function mayStumble(sim: Sim, life: Life): void {
  const soon = sim.chance.between(0, 1_500);
  if (sim.strikes('agent-crashes-at-act'))
    sim.scheduler.after(life, soon, 'crashes', () => kill(life));
  if (sim.strikes('agent-freezes-at-act')) {
    sim.count('agent frozen');
    sim.scheduler.after(life, soon, 'freezes', () => {
      freeze(life, sim.scheduler.now(), sim.chance.between(1_000, 240_000));
    });
  }
}

/** Resolves to true once all bytes are there; to false when their sender died before. */
async function bytesOf(sim: Sim, life: Life, artifact: OpenArtifact): Promise<boolean> {
  const read = async (): Promise<boolean> => {
    let size = 0;
    for await (const bytes of artifact.read()) {
      await sim.scheduler.wait(life, sim.chance.between(1, 400), 'sends a piece of the package');
      size += bytes.length;
    }
    return size === artifact.sizeBytes;
  };
  const died = new Promise<boolean>((resolve) => {
    life.onDeath.push(() => resolve(false));
  });
  return Promise.race([read(), died]);
}
