/** The simulated host does what the helper does on a real one: the same acts get the same answers. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { hostHelper } from '../../agent/host/helper-text';
import { openSession } from '../../agent/host/host-session';
import type { OpenArtifact } from '../../agent/ports/artifacts';
import type { HostAnswer, HostOrder, HostSession } from '../../agent/ports/hosts';
import { localTransport } from '../../agent/transports/local';
import { aPackage, scratch, SLEEPS_FOREVER } from '../agent/support/scratch';
import type { TestPackage } from '../agent/support/scratch';
import { bareHost, lookAt } from '../simulation/fake-host';
import type { HelperAct } from '../simulation/fake-host';
import { runHelper } from '../simulation/host-helper';
import { createSim } from '../simulation/sim';

const directory = scratch();
const packages = {
  old: aPackage(directory, 'old', { 'bin/run': SLEEPS_FOREVER, VERSION: '1.0.0' }),
  fresh: aPackage(directory, 'fresh', { 'bin/run': SLEEPS_FOREVER, VERSION: '1.1.0' }),
  newest: aPackage(directory, 'newest', { 'bin/run': SLEEPS_FOREVER, VERSION: '1.2.0' }),
};
const VERSIONS = { old: '1.0.0', fresh: '1.1.0', newest: '1.2.0' } as const;

interface Act {
  readonly act: HelperAct | 'state';
  readonly what: keyof typeof packages;
  readonly fence: number;
  readonly job: string;
  /** What a rollback shall return to. */
  readonly former?: keyof typeof packages;
  /** The connection ends before all bytes are there. */
  readonly cut?: boolean;
}

type Perform = (act: Act, order: HostOrder) => Promise<HostAnswer>;

let bases = 0;

function onRealHost(): Perform {
  bases += 1;
  const basePath = join(directory, `base-${bases}`);
  const options = { helper: hostHelper(), name: 'h1', actSeconds: 60, releasesKept: 5 };
  const session: HostSession = openSession(localTransport(), options);
  return ({ act, what, fence, former, cut }, order) => {
    const here = { ...order, basePath };
    switch (act) {
      case 'state':
        return session.state(basePath, fence);
      case 'stage':
        return session.stage(here, artifactOf(packages[what], cut === true));
      case 'activate':
        return session.activate(here, former && packages[former].digest);
      case 'reactivate':
        return session.reactivate(here);
      case 'start':
        return session.start(here, { port: 18_080, script: 'bin/start' });
    }
  };
}

const artifactOf = ({ bytes, digest }: TestPackage, cut: boolean): OpenArtifact => ({
  sha256: digest,
  sizeBytes: bytes.length,
  unpackedBytes: 1_000,
  read: async function* () {
    yield cut ? bytes.subarray(0, 100) : bytes;
  },
  close: async () => undefined,
});

function onSimulatedHost(): Perform {
  const sim = createSim(1, null);
  const watch = { begins: () => undefined, ends: () => undefined };
  const host = bareHost({ id: 'h1', name: 'h1', address: '10.0.0.1', sshPort: 22, room: '' });
  return async ({ act, fence, former, cut }, order) => {
    if (act === 'state') return lookAt(sim, host, fence);
    const { answer } = runHelper(sim, host, watch, {
      act,
      order,
      ...(former && { former: packages[former].digest }),
      bytesArrive: Promise.resolve(cut !== true),
    });
    let isOver = false;
    const ended = answer.finally(() => {
      isOver = true;
    });
    await sim.scheduler.run(() => !isOver);
    return (await ended) ?? { kind: 'lost', sentence: 'killed' };
  };
}

/** What an agent decides by; sentences are people's. */
function essence(answer: HostAnswer): unknown {
  switch (answer.kind) {
    case 'done':
      return { ...answer.facts, staged: [...answer.facts.staged].sort() };
    case 'refused':
      return answer.failure.class;
    case 'superseded':
    case 'lost':
      return answer.kind;
  }
}

async function answersOf(perform: Perform, acts: readonly Act[]): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const act of acts) {
    const { fence, job, what } = act;
    const digest = packages[what].digest;
    const order = { fence, job, digest, version: VERSIONS[what], basePath: '/srv/shop' };
    answers.push([`${act.act} ${what} ${job}/${fence}`, essence(await perform(act, order))]);
  }
  return answers;
}

const act = (name: Act['act'], what: Act['what'], fence = 1, job = 'j.1'): Act => ({
  act: name,
  what,
  fence,
  job,
});

const release = (what: Act['what'], fence = 1, job = 'j.1'): readonly Act[] => [
  act('stage', what, fence, job),
  act('activate', what, fence, job),
  act('start', what, fence, job),
];

const STORIES: Readonly<Record<string, readonly Act[]>> = {
  'nothing was ever installed': [act('state', 'old', 0), act('state', 'old', 3)],
  'a first release': release('old'),
  'a release over another': [...release('old'), ...release('fresh', 2, 'j.2')],
  'each act twice': [...release('old'), ...release('old')],
  'the same release by another job': [...release('old'), ...release('old', 2, 'j.2')],
  'a way back': [
    ...release('old'),
    ...release('fresh', 2, 'j.2'),
    act('reactivate', 'old', 2, 'j.2'),
    act('start', 'old', 2, 'j.2'),
  ],
  'a way back by another job, twice': [
    ...release('old'),
    ...release('fresh', 2, 'j.2'),
    act('reactivate', 'old', 3, 'j.3'),
    act('start', 'old', 3, 'j.3'),
    act('state', 'old', 4),
    act('reactivate', 'old', 4, 'j.4'),
    act('start', 'old', 4, 'j.4'),
  ],
  'a release again after the way back': [
    ...release('old'),
    ...release('fresh', 2, 'j.2'),
    act('reactivate', 'old', 3, 'j.3'),
    act('start', 'old', 3, 'j.3'),
    ...release('fresh', 4, 'j.4'),
  ],
  'a way back that stopped before the start': [
    ...release('old'),
    ...release('fresh', 2, 'j.2'),
    act('reactivate', 'old', 3, 'j.3'),
    act('state', 'old', 4),
    act('start', 'old', 4, 'j.4'),
  ],
  'a way back over a release that came and went': [
    ...release('old'),
    ...release('fresh', 2, 'k.2'),
    ...release('newest', 3, 'l.3'),
    act('reactivate', 'fresh', 4, 'l.4'),
    act('start', 'fresh', 4, 'l.4'),
    act('reactivate', 'old', 5, 'k.5'),
  ],
  'a release that was there two releases before': [
    ...release('old'),
    ...release('fresh', 2, 'k.2'),
    ...release('old', 3, 'l.3'),
    act('reactivate', 'fresh', 4, 'l.4'),
    act('reactivate', 'old', 5, 'k.5'),
  ],
  'a release over another one of the same plan': [
    ...release('old'),
    ...release('fresh', 2, 'j.2'),
    act('stage', 'newest', 3, 'j.3'),
    { ...act('activate', 'newest', 3, 'j.3'), former: 'old' },
    act('start', 'newest', 3, 'j.3'),
  ],
  'a release over another, to return to what is not there': [
    ...release('old'),
    act('stage', 'fresh', 2, 'j.2'),
    { ...act('activate', 'fresh', 2, 'j.2'), former: 'newest' },
  ],
  'acts of a lower fence': [
    ...release('old', 5),
    act('stage', 'fresh', 4, 'j.0'),
    act('activate', 'old', 4, 'j.0'),
    act('start', 'old', 4, 'j.0'),
    act('state', 'old', 4),
    act('state', 'old', 0),
  ],
  'a look that raises the fence': [act('state', 'old', 7), act('stage', 'old', 6)],
  'what was never staged': [act('activate', 'old'), act('start', 'old')],
  'a start of what is not current': [
    ...release('old'),
    act('stage', 'fresh'),
    act('start', 'fresh'),
  ],
  'a package that was cut off': [
    { ...act('stage', 'old'), cut: true },
    act('state', 'old', 1),
    act('stage', 'old'),
  ],
};

describe('a simulated host answers as a real one', () => {
  test.each(Object.keys(STORIES))('to %s', async (name) => {
    const acts = STORIES[name] ?? [];

    expect(await answersOf(onSimulatedHost(), acts)).toEqual(await answersOf(onRealHost(), acts));
  });

  const anyAct: fc.Arbitrary<Act> = fc.record({
    act: fc.constantFrom('stage', 'stage', 'activate', 'activate', 'reactivate', 'start', 'state'),
    what: fc.constantFrom('old', 'fresh', 'newest'),
    fence: fc.integer({ min: 1, max: 3 }),
    job: fc.constantFrom('j.1', 'j.2'),
    former: fc.constantFrom('old', 'fresh', 'newest'),
  });

  test('to any row of acts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { minLength: 6, maxLength: 12 }), async (acts) => {
        expect(await answersOf(onSimulatedHost(), acts)).toEqual(
          await answersOf(onRealHost(), acts),
        );
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});
