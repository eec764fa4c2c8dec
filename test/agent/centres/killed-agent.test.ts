import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalText } from '#core/canonical';
import type { ConfigChange } from '#core/content';
import type { RunStage } from '#core/plan-step';
import type { Centres } from '../../../agent/centres/centres';
import { createCentres } from '../../../agent/centres/centres';
import { machineClock } from '../../../agent/clock';
import { sha256Hex } from '../../../agent/keys';
import { performPlan } from '../../../agent/perform-plan';
import type { Journal } from '../../../agent/ports/journal';
import { aHold } from '../support/a-hold';
import { aJournal, anAgent } from '../support/an-agent';
import { createFakeApp } from '../support/fake-app';
import { createFleet } from '../support/fake-hosts';
import { passingBy } from '../support/passed-calls';
import { aPlan } from '../support/plans';
import { scratch } from '../support/scratch';

const directory = scratch();
const JOB = '10001.9';
let worlds = 0;

/** Two namespaces that each get one key. */
const TEXT = canonicalText([
  { action: 'set', key: 'colour', value: { kind: 'text', text: 'red' } },
]);
const changeOf = (namespace: string): ConfigChange => ({
  id: namespace,
  centre: 'files',
  application: 'shop',
  namespace,
  changes: { sha256: sha256Hex(TEXT), bytes: TEXT.length },
  keys: 1,
  byHand: false,
});
const PLAN = aPlan(['web-1'], { config: [changeOf('a'), changeOf('b')] });

/** Counts moments, and at one of them nothing answers any more. */
function aDeath(at: number) {
  let moments = 0;
  let tellDied = (): void => undefined;
  const died = new Promise<'died'>((resolve) => {
    tellDied = () => resolve('died');
  });
  const pass = async (): Promise<void> => {
    if (moments >= at) {
      tellDied();
      await new Promise<never>(() => undefined);
    }
    moments += 1;
  };
  return { died, pass, moments: () => moments };
}

function aWorld() {
  worlds += 1;
  const home = join(directory, `world-${worlds}`);
  const centres = createCentres(
    [{ id: 'files', environments: ['SIT'], kind: 'files', directory: home }],
    { secrets: { directory: join(home, 's'), keyFile: join(home, 'k') }, merged: join(home, 'm') },
  );
  const { journal } = aJournal();

  /** One life; resolves to how many moments it had. */
  const live = async (stage: RunStage, fence: number, deathAt = Infinity) => {
    const app = createFakeApp(machineClock, PLAN, { stage, job: JOB, firstFence: fence });
    app.texts.set(sha256Hex(TEXT), TEXT);
    const death = aDeath(deathAt);
    const kept: Centres = {
      ...centres,
      find: (id, environment) => {
        const store = centres.find(id, environment);
        return store && passingBy(death.pass, store, ['write']);
      },
    };
    const mortalJournal: Journal = passingBy(death.pass, journal, ['tell']);
    const parts = { clock: machineClock, app, fleet: createFleet(), centres: kept };
    const agent = anAgent({ ...parts, journal: mortalJournal });
    const hold = await aHold(agent, app, JOB);
    const end = await Promise.race([performPlan(agent, hold), death.died]);
    return { end, moments: death.moments() };
  };

  const history = (namespace: string): readonly string[] =>
    readdirSync(join(home, 'SIT/shop', `${namespace}.history`));
  const valuesOf = (namespace: string): unknown =>
    (
      JSON.parse(readFileSync(join(home, 'SIT/shop', `${namespace}.json`), 'utf8')) as {
        values: unknown;
      }
    ).values;
  return { live, history, valuesOf };
}

describe('kill -9 of the agent', () => {
  test('at any moment of a CONFIG job: the next life ends it, each namespace written once', async () => {
    const { moments } = await aWorld().live('CONFIG', 1);
    expect(moments).toBeGreaterThanOrEqual(12);

    for (let deathAt = 0; deathAt < moments; deathAt += 1) {
      const world = aWorld();
      expect((await world.live('CONFIG', 1, deathAt)).end).toBe('died');

      const { end } = await world.live('CONFIG', 2);

      expect({ deathAt, end }).toEqual({ deathAt, end: { kind: 'succeeded' } });
      for (const namespace of ['a', 'b']) {
        expect(world.history(namespace)).toEqual([`000000001+${JOB}+${namespace}.json`]);
        expect(world.valuesOf(namespace)).toEqual({ colour: { kind: 'text', text: 'red' } });
      }
    }
  }, 60_000);
});
