/** Hosts in memory that behave as the helper does: fence, ledger, done once. */
import type { Health, Look } from '../../../agent/ports/health';
import type {
  HostAnswer,
  HostFacts,
  HostOrder,
  Hosts,
  HostSession,
  InstalledRelease,
  LedgerLine,
} from '../../../agent/ports/hosts';
import { OLD } from './plans';

export interface FakeHost {
  fence: number;
  current: InstalledRelease | null;
  previous: InstalledRelease | null;
  broughtBy: string | null;
  switchedBy: string | null;
  left: InstalledRelease | null;
  staged: string[];
  process: HostFacts['process'];
  processDigest: string | null;
  busy: boolean;
  /** Refuses connections. */
  down: boolean;
  /** Effects that really changed the host, in order: `activate 1.1.0`. */
  readonly effects: string[];
  readonly ledger: Set<string>;
}

export interface Fleet extends Hosts, Health {
  host(name: string): FakeHost;
  /** Every effect on every host in order: `web-1 activate 1.1.0`. */
  readonly effects: readonly string[];
  /** Called before and after each effect; `lost` cuts the connection there. */
  disturb: (moment: 'before' | 'after', host: string, act: string) => 'lost' | undefined;
  /** Versions that never get healthy. */
  readonly sick: Set<string>;
  /** Refuses an act with a class and a sentence. */
  refuse: (host: string, act: string) => HostAnswer | undefined;
}

function lineOf(text: string): LedgerLine {
  const [name, job = '', fence = '', digest = '', version = ''] = text.split(' ');
  const operation = (['stage', 'activate', 'reactivate', 'start'] as const).find(
    (known) => known === name,
  );
  if (!operation) throw new Error(`${text} is no act of a host.`);
  return { operation, job, fence: Number(fence), digest, version };
}

const superseded = (of: FakeHost): HostAnswer => ({
  kind: 'superseded',
  sentence: 'An older fence.',
  seen: of.fence,
});

function switchTo(of: FakeHost, { digest, version, job }: HostOrder): void {
  of.left = of.current;
  of.current = { digest, version };
  of.switchedBy = job;
}

/** A fleet whose hosts serve the old release. */
export function createFleet(): Fleet {
  const hosts = new Map<string, FakeHost>();
  const effects: string[] = [];

  const host = (name: string): FakeHost => {
    const known = hosts.get(name);
    if (known) return known;
    const fresh: FakeHost = {
      fence: 0,
      current: OLD,
      previous: null,
      broughtBy: null,
      switchedBy: null,
      left: null,
      staged: [OLD.digest],
      process: 'running',
      processDigest: OLD.digest,
      busy: false,
      down: false,
      effects: [],
      ledger: new Set(),
    };
    hosts.set(name, fresh);
    return fresh;
  };

  const factsOf = (of: FakeHost): HostAnswer => ({
    kind: 'done',
    facts: {
      fence: of.fence,
      current: of.current,
      previous: of.previous,
      broughtBy: of.broughtBy,
      switchedBy: of.switchedBy,
      left: of.left,
      staged: [...of.staged],
      unfinished: null,
      busy: of.busy,
      process: of.process,
      processDigest: of.processDigest,
      ledger: [...of.ledger].map(lineOf),
    },
  });

  const perform = async (
    name: string,
    act: string,
    order: HostOrder,
    effect: (of: FakeHost) => boolean,
  ): Promise<HostAnswer> => {
    const of = host(name);
    const lost: HostAnswer = { kind: 'lost', sentence: `Host ${name} gave no answer.` };
    if (of.down || fleet.disturb('before', name, act) === 'lost') return lost;
    if (order.fence < of.fence) return superseded(of);
    of.fence = order.fence;
    const refused = fleet.refuse(name, act);
    if (refused) return refused;
    const line = `${act} ${order.job} ${order.fence} ${order.digest} ${order.version}`;
    if (!of.ledger.has(line) && effect(of)) {
      of.effects.push(`${act} ${order.version}`);
      effects.push(`${name} ${act} ${order.version}`);
    }
    of.ledger.add(line);
    if (fleet.disturb('after', name, act) === 'lost') return lost;
    return factsOf(of);
  };

  const session = (name: string): HostSession => ({
    state: async (_basePath, fence) => {
      const of = host(name);
      if (of.down) return { kind: 'lost', sentence: `Host ${name} gave no answer.` };
      if (fence > 0 && fence < of.fence) return superseded(of);
      of.fence = Math.max(of.fence, fence);
      return factsOf(of);
    },
    stage: (order) =>
      perform(name, 'stage', order, (of) => {
        if (of.staged.includes(order.digest)) return false;
        of.staged.push(order.digest);
        return true;
      }),
    activate: (order, former) =>
      perform(name, 'activate', order, (of) => {
        if (of.current?.digest === order.digest) return false;
        // A version is not remembered by digest here: what was current or previous knows its own.
        const kept = [of.current, of.previous].find((found) => found?.digest === former);
        of.previous = kept ?? of.current;
        switchTo(of, order);
        of.broughtBy = order.job;
        return true;
      }),
    // Who brought what stood below is not remembered here; the helper's own tests hold the whole trail.
    reactivate: (order) =>
      perform(name, 'reactivate', order, (of) => {
        if (of.current?.digest === order.digest) return false;
        of.previous = null;
        switchTo(of, order);
        of.broughtBy = null;
        return true;
      }),
    start: (order) =>
      perform(name, 'start', order, (of) => {
        if (of.process === 'running' && of.processDigest === order.digest) return false;
        of.process = 'running';
        of.processDigest = order.digest;
        return true;
      }),
    close: async () => undefined,
  });

  const look = (name: string): Look => {
    const of = host(name);
    if (of.down || of.process !== 'running') {
      return { kind: 'silent', sentence: 'connect ECONNREFUSED' };
    }
    // Directory names stand for the bytes: a and b are the old and the new release.
    const version = of.processDigest === OLD.digest ? OLD.version : '1.1.0';
    const healthy = !fleet.sick.has(version);
    const status = healthy ? 200 : 500;
    return {
      kind: 'answered',
      healthy,
      status,
      version: healthy ? version : null,
      milliseconds: 3,
    };
  };

  const fleet: Fleet = {
    host,
    effects,
    sick: new Set(),
    disturb: () => undefined,
    refuse: () => undefined,
    connect: async ({ host: { name } }) =>
      host(name).down
        ? {
            kind: 'failed',
            failure: {
              class: 'transport',
              sentence: `There is no ssh connection to ${name} (connect ECONNREFUSED).`,
            },
          }
        : { kind: 'connected', session: session(name) },
    look: async (target) => look(target.host.name),
  };
  return fleet;
}
