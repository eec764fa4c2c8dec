/** One host with the helper's behaviour: lock, fence, intent, ledger, releases, current, previous, process. */
import type { Host } from '#core/site';
import type {
  HostAnswer,
  HostFacts,
  HostOrder,
  InstalledRelease,
  LedgerLine,
} from '../../agent/ports/hosts';
import type { Life } from './scheduler';
import type { Sim } from './sim';

const ACTS = ['stage', 'activate', 'reactivate', 'start'] as const;
export type HelperAct = (typeof ACTS)[number];

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
  /** What stands one upon the other, the oldest first, and the job that brought it; the last is current. */
  trail: readonly { readonly digest: string; readonly job: string | null }[];
  /** The job that meant to switch last, to what, and what it left. */
  switched: {
    readonly digest: string;
    readonly job: string;
    readonly left: string | null;
  } | null;
  run: { readonly digest: string; readonly job: string; readonly since: number } | null;
  /** The last release that was seen healthy here. */
  good: string | null;
  /** Digests of releases whose bytes did not all arrive. */
  readonly torn: Set<string>;
  lock: Life | null;
  /** Nobody can reach it before that virtual millisecond. */
  unreachableUntil: number;
  /** Nothing can be written on it before that virtual millisecond. */
  fullUntil: number;
  /** Somebody changed it by hand. */
  isEdited: boolean;
}

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
  trail: [],
  switched: null,
  run: null,
  good: null,
  torn: new Set(),
  lock: null,
  unreachableUntil: 0,
  fullUntil: 0,
  isEdited: false,
});

/** The trail without what a crash has left above current. */
export function standingTrail(host: FakeHost): FakeHost['trail'] {
  const { trail, current } = host;
  if (current === null) return [];
  const last = trail.findLastIndex(({ digest }) => digest === current);
  return last < 0
    ? [...trail, { digest: current, job: lastSwitch(host)?.job ?? null }]
    : trail.slice(0, last + 1);
}

const lastSwitch = ({ switched, current }: FakeHost): FakeHost['switched'] =>
  switched?.digest === current ? switched : null;

/** What current stands upon. */
export const previousOf = (host: FakeHost): string | null =>
  standingTrail(host).at(-2)?.digest ?? null;

/** A host that serves a release, and served another before. */
export const servingHost = (
  host: Host,
  { digest, version }: InstalledRelease,
  before: InstalledRelease,
): FakeHost => ({
  ...bareHost(host),
  releases: new Map([
    [before.digest, before.version],
    [digest, version],
  ]),
  current: digest,
  trail: [
    { digest: before.digest, job: null },
    { digest, job: null },
  ],
  good: digest,
  run: { digest, job: 'before', since: 0 },
});

/** Exit codes of the helper, as far as the simulation meets them. Source: agent/host/refusals.ts. */
export type Exit =
  | { readonly code: 0 }
  | { readonly code: 65 | 66 | 71 | 72 | 74 | 75 | 77; readonly sentence: string };

/** `state`: looks without waiting for the lock; raises the fence only when it has it. */
export function lookAt(sim: Sim, host: FakeHost, fence: number, healthy?: string): HostAnswer {
  if (host.lock !== null) return { kind: 'done', facts: factsOf(host, true) };
  const exit = fence > 0 ? raiseFence(sim, host, fence) : OK;
  if (exit.code === 0 && healthy !== undefined && healthy === host.current) host.good = healthy;
  return answerOf(sim, host, exit);
}

export const OK: Exit = { code: 0 };

/** Shuts lower fences out, or is shut out. */
export function raiseFence(sim: Sim, host: FakeHost, fence: number): Exit {
  if (fence < host.fence && !sim.isOff('host-fence')) {
    sim.count('fence refused');
    return { code: 75, sentence: `Host ${host.id} has seen fence ${host.fence}.` };
  }
  host.fence = Math.max(host.fence, fence);
  return OK;
}

/** Gives the lock back. */
export function release(host: FakeHost, life: Life): void {
  if (host.lock === life) host.lock = null;
}

/** What the agent is told at the helper's end. */
export function answerOf(sim: Sim, host: FakeHost, exit: Exit): HostAnswer {
  switch (exit.code) {
    case 0:
      return { kind: 'done', facts: factsOf(host, false) };
    case 75:
      return { kind: 'superseded', sentence: exit.sentence, seen: host.fence };
    case 65:
    case 66:
      sim.count(`host refused with ${exit.code}`);
      return { kind: 'refused', failure: { class: 'package', sentence: exit.sentence } };
    case 71:
      sim.count('lock not had in time');
      return { kind: 'refused', failure: { class: 'time-out', sentence: exit.sentence } };
    case 72:
    case 74:
      sim.count(`host refused with ${exit.code}`);
      return { kind: 'refused', failure: { class: 'capacity', sentence: exit.sentence } };
    case 77:
      sim.count('host refused with 77');
      return { kind: 'refused', failure: { class: 'start-up', sentence: exit.sentence } };
  }
}

function factsOf(host: FakeHost, busy: boolean): HostFacts {
  const installed = (digest: string | null): InstalledRelease | null =>
    digest === null ? null : { digest, version: host.releases.get(digest) ?? '' };
  return {
    fence: host.fence,
    current: installed(host.current),
    previous: installed(previousOf(host)),
    broughtBy: standingTrail(host).at(-1)?.job ?? null,
    switchedBy: lastSwitch(host)?.job ?? null,
    left: installed(lastSwitch(host)?.left ?? null),
    staged: [...host.releases.keys()],
    unfinished: host.intent,
    busy,
    process: host.run === null ? 'none' : 'running',
    processDigest: host.run?.digest ?? null,
    ledger: ledgerOf(host).slice(-12),
  };
}

/** Every act that the host has done to its end, the oldest first. */
export const ledgerOf = ({ ledger }: FakeHost): readonly LedgerLine[] =>
  [...ledger].flatMap((line) => {
    const [name, job = '', fence = '', digest = '', version = ''] = line.split(' ');
    const operation = ACTS.find((act) => act === name);
    return operation ? [{ operation, job, fence: Number(fence), digest, version }] : [];
  });
