/** Acts counted from outside: what the hosts' own ledgers have and what the app is told, whenever the agent dies. */
import { describe, expect, test } from '@jest/globals';
import { freshActs, NOTHING_TOLD } from '#core/act-chain';
import type { AgentAct } from '#core/act-chain';
import type { ReportEntry } from '#wire/agent';
import { liveAgent } from '../../agent/agent-loop';
import { aJournal, anAgent } from './support/an-agent';
import { aMachine, aMortal, liveAndDie, liveToTheEnd } from './support/mortal-agent';
import type { Machine } from './support/mortal-agent';
import { NEW } from './support/plans';

const HOSTS = ['web-1', 'web-2'];
/** The gatekeeper, and a batch of three. */
const FOUR_HOSTS = ['web-1', 'web-2', 'web-3', 'web-4'];
/** Of the moments in which it may die: before and after calls by turns. */
const EVERY = 3;

/** What the app's chain holds in the end: each act once, as it takes reports. */
function chainOf(entries: readonly ReportEntry[]): readonly (AgentAct & { place: string })[] {
  const told = new Map<string, typeof NOTHING_TOLD>();
  return entries.flatMap(({ host, acts = [] }) => {
    const news = freshActs(told.get(host) ?? NOTHING_TOLD, acts);
    told.set(host, news.told);
    return news.fresh.map((act) => ({ ...act, place: host }));
  });
}

const nameOf = ({ place, what, fence, of }: AgentAct & { place: string }): string =>
  `${place} ${what} ${fence} ${of}`;

/** As the hosts have it, whoever lives to tell it. */
const ledgersOf = ({ fleet }: Machine, hosts = HOSTS): readonly string[] =>
  hosts
    .flatMap((place) =>
      [...fleet.host(place).ledger].map((line) => {
        const [what, , fence, digest, version] = line.split(' ');
        return `${place} ${what} ${fence} ${version} ${digest}`;
      }),
    )
    .sort();

const doneIn = (machine: Machine): readonly string[] =>
  chainOf(machine.app.entries)
    .filter(({ result }) => result === 'done')
    .map(nameOf)
    .sort();

/** A life that ends at that moment, and another that goes on: with the same journal, or as another agent. */
async function twoLives(deathAt: number, heir: 'itself' | 'another', isSick = false) {
  const machine = aMachine();
  if (isSick) machine.fleet.sick.add(NEW.version);
  await liveAndDie(machine, deathAt);
  const journal = heir === 'itself' ? machine.journal : aJournal().journal;
  await liveToTheEnd(machine, anAgent({ ...machine, journal }));
  return machine;
}

async function momentsOf(isSick = false): Promise<number> {
  const machine = aMachine();
  if (isSick) machine.fleet.sick.add(NEW.version);
  return liveAndDie(machine, Number.POSITIVE_INFINITY);
}

describe('acts on hosts', () => {
  test('that are told say what was done, with which release, under which claim', async () => {
    const machine = aMachine();
    await liveAndDie(machine, Number.POSITIVE_INFINITY);

    const of = `${NEW.version} ${NEW.digest}`;
    const done = { result: 'done', fence: 1, of };
    expect(chainOf(machine.app.entries).filter(({ place }) => place === 'web-1')).toEqual([
      { ...done, what: 'stage', place: 'web-1' },
      { ...done, what: 'activate', place: 'web-1' },
      { ...done, what: 'start', place: 'web-1' },
    ]);
  });

  test.each(['itself', 'another'] as const)(
    'and acts that are told are equally many, whenever the agent dies and %s goes on',
    async (heir) => {
      const moments = await momentsOf();
      expect(moments).toBeGreaterThan(60);
      let found = 0;
      for (let deathAt = 0; deathAt < moments; deathAt += EVERY) {
        const machine = await twoLives(deathAt, heir);
        const chain = chainOf(machine.app.entries);

        expect({ deathAt, done: doneIn(machine) }).toEqual({ deathAt, done: ledgersOf(machine) });
        expect(new Set(chain.map(nameOf)).size).toBe(chain.length);
        found += chain.filter((act) => act.found === true && act.result === 'done').length;
      }
      expect(found).toBeGreaterThan(0);
    },
    60_000,
  );

  test('on the way back are told as well, whenever the agent dies', async () => {
    const moments = await momentsOf(true);
    for (let deathAt = 0; deathAt < moments; deathAt += EVERY) {
      const machine = await twoLives(deathAt, 'itself', true);

      expect(machine.app.outcome?.kind).toBe('failed');
      expect(doneIn(machine)).toContainEqual(expect.stringContaining('web-1 reactivate'));
      expect({ deathAt, done: doneIn(machine) }).toEqual({ deathAt, done: ledgersOf(machine) });
    }
  }, 60_000);

  test('whose end nobody saw are told as unknown, and those that a host refused as failed', async () => {
    const silent = aMachine();
    silent.fleet.disturb = (moment, host, act) => {
      if (moment !== 'before' || act !== 'activate') return undefined;
      silent.fleet.host(host).down = true;
      return 'lost';
    };
    await liveAndDie(silent, Number.POSITIVE_INFINITY);
    const refusing = aMachine();
    const failure = { class: 'capacity', sentence: 'No room.' } as const;
    refusing.fleet.refuse = (_host, act) =>
      act === 'stage' ? { kind: 'refused', failure } : undefined;
    await liveAndDie(refusing, Number.POSITIVE_INFINITY);

    expect(chainOf(silent.app.entries)).toContainEqual(
      expect.objectContaining({ place: 'web-1', what: 'activate', result: 'unknown' }),
    );
    expect(chainOf(refusing.app.entries)[0]).toMatchObject({ what: 'stage', result: 'failed' });
  });

  test('that were never begun, because the host is out of reach, are told as not done', async () => {
    const machine = aMachine();
    for (const host of HOSTS) machine.fleet.host(host).down = true;
    await liveAndDie(machine, Number.POSITIVE_INFINITY);

    const results = chainOf(machine.app.entries).map(({ what, result }) => `${what} ${result}`);
    expect(new Set(results)).toEqual(new Set(['stage not-done']));
  });
});

describe('an agent that dies when a batch of three has switched, before it has written that down,', () => {
  const dieInBatch = async (): Promise<Machine> => {
    const machine = aMachine('CODE', FOUR_HOSTS);
    const { agent, kill, died } = aMortal(machine);
    let switched = 0;
    machine.fleet.disturb = (moment, host, act) => {
      if (moment === 'after' && act === 'activate' && host !== 'web-1') switched += 1;
      if (switched === 3) kill();
      return undefined;
    };
    await machine.clock.drive(Promise.race([died, liveAgent(agent, AbortSignal.any([]))]));
    machine.fleet.disturb = () => undefined;
    const open = (await machine.journal.intentsOf('10001.9')).filter(
      ({ result }) => result === null,
    );
    expect(open.map(({ host, act }) => `${host} ${act}`)).toEqual([
      'web-2 activate',
      'web-3 activate',
      'web-4 activate',
    ]);
    return machine;
  };
  const liveAgain = (machine: Machine) => liveToTheEnd(machine, anAgent(machine));
  const found = { what: 'activate', result: 'done', fence: 1, found: true };

  test('tells of those that answer also where it has to ask people about the first', async () => {
    const machine = await dieInBatch();
    machine.fleet.host('web-2').down = true;

    await liveAgain(machine);

    expect(machine.app.outcome).toMatchObject({ kind: 'unknown' });
    const chain = chainOf(machine.app.entries);
    expect(chain.slice(-3)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ ...found, place: 'web-3' }),
        expect.objectContaining({ ...found, place: 'web-4' }),
        expect.objectContaining({ what: 'activate', result: 'unknown', place: 'web-2' }),
      ]),
    );
    expect(chain.map(nameOf).sort()).toEqual(ledgersOf(machine, FOUR_HOSTS));
    expect(machine.fleet.effects.filter((effect) => /web-[234] start/.test(effect))).toEqual([]);
  });

  test('tells of those that answer also where the first has seen a higher fence', async () => {
    const machine = await dieInBatch();
    machine.fleet.host('web-2').fence = 120;

    await liveAgain(machine);

    expect(machine.app.outcome).toMatchObject({ kind: 'failed', fenceSeen: 120 });
    expect(chainOf(machine.app.entries).map(nameOf).sort()).toEqual(ledgersOf(machine, FOUR_HOSTS));
  });

  test('asks people about all that are silent within the time that one of them takes', async () => {
    const machine = await dieInBatch();
    for (const host of FOUR_HOSTS) machine.fleet.host(host).down = true;
    const from = machine.clock.milliseconds;

    await liveAgain(machine);

    expect(machine.clock.milliseconds - from).toBeLessThan(90_000);
    const { outcome } = machine.app;
    for (const host of ['web-2', 'web-3', 'web-4'])
      expect(outcome).toMatchObject({ question: expect.stringContaining(`on host ${host} `) });
  });
});
