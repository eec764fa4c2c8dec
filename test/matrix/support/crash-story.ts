/** One release whose agent is killed once, and what came of it: in Jira, in the journal, at the targets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createExchange } from '../../../agent/exchange';
import { openState } from '../../../agent/cli/state-directory';
import type { OpenState } from '../../../agent/cli/state-directory';
import { writeIdentity } from '../../../agent/journal';
import { createServerTime } from '../../../agent/server-time';
import { silent } from '../../agent/support/an-agent';
import { LEADER, NOW } from '../../support/builders';
import { aReleaseWorld } from '../../support/release-world';
import { click, SIT_ALONE, startRelease } from './clicks';
import { disagreements, recordsOf } from './compare-records';
import type { CrashPlace } from './crash-place';
import { configOf, DEADLINES, siteOf, workFor } from './crash-setting';
import { fastClock } from './fast-clock';
import { letIn } from './let-in';
import { endLife, startLife } from './life';
import type { Life } from './life';
import { serveHandlers } from './served-app';
import { effectsIn, makeDatabase } from './target-database';
import { aTargetHost, namespacesIn } from './target-host';

/** What a story is about, and the stages whose points it has. */
export const STORIES = {
  postgresql: ['SQL'],
  mysql: ['SQL'],
  deploy: ['CONFIG', 'CODE', 'VERIFY'],
  'roll back': ['ROLLBACK'],
} as const;
export type Story = keyof typeof STORIES;

export interface CrashEnd {
  /** Everything that must be as in the clean run, unless people are asked. */
  readonly picture: object;
  readonly question: string | null;
  /** Statements that have taken effect; null: the story has none. */
  readonly statements: number | null;
  readonly disagreements: readonly string[];
  /** Points that the first life has passed; none when it was killed. */
  readonly points: readonly string[];
  readonly killed: boolean;
  readonly seconds: number;
}

/** Three seconds a minute. */
const PACE = 20;
const STORY_SECONDS = 150;
const REST = ['deployed', 'rolled-back', 'fix-pending'];

let serial = 0;

/** Plays the story; the agent is killed at the point, and started again. */
export async function playCrash(
  place: CrashPlace,
  story: Story,
  killAt: string | null,
): Promise<CrashEnd> {
  const from = performance.now();
  serial += 1;
  const name = `point_${String(process.pid)}_${String(serial)}`;
  const directory = mkdtempSync(join(place.directory, 'point-'));
  const isSql = story === 'postgresql' || story === 'mysql';
  const rule = isSql ? await makeDatabase(place.rules[story], name) : undefined;
  const host = isSql ? undefined : await aTargetHost(place, directory);
  const began = Date.now();
  const clock = fastClock(PACE, began, NOW * 1_000);
  const site = siteOf(place, host);
  const world = await aReleaseWorld({ ...workFor(place, rule), sites: [site], policy: SIT_ALONE });
  const app = await serveHandlers(world.ports, clock);
  const url = `http://127.0.0.1:${String(app.port)}/agent`;
  const config = configOf(place, { directory, url, base: host?.base, rule });
  const configFile = join(directory, 'agent.yml');
  writeFileSync(configFile, JSON.stringify(config));

  const inState = async <Result>(work: (state: OpenState) => Promise<Result>): Promise<Result> => {
    const opened = openState(config.stateDirectory);
    if (opened.kind === 'failed') throw new Error(opened.end.sentence);
    return work(opened.state).finally(() => opened.state.close());
  };
  const order = { configFile, stage: STORIES[story][0], pace: PACE, began, from: NOW * 1_000 };
  let life: Life | undefined;
  try {
    await inState(async ({ key, database }) => {
      const exchange = createExchange(url, DEADLINES);
      const sender = {
        exchange,
        clock,
        time: createServerTime(clock),
        key,
        boot: 'b007b007',
        log: silent,
      };
      writeIdentity(database, await letIn(world.ports, sender), url);
    });
    life = startLife(place, { ...order, killAt });
    await startRelease(world, app);
    const deadline = Date.now() + STORY_SECONDS * 1_000;
    let killed = false;
    let wayBack = story === 'roll back';
    let pollsBefore: number | undefined;
    while (Date.now() < deadline) {
      const { status, state } = await world.record();
      if (wayBack && status === 'deployed') {
        await click({ world, app }, 'roll-back', LEADER, 'the shop is slow');
        wayBack = false;
        continue;
      }
      if (life.child.signalCode === 'SIGKILL') {
        if (killed) break;
        killed = true;
        pollsBefore = undefined;
        life = startLife(place, { ...order, killAt: null });
      }
      const rests = !wayBack && (REST.includes(status) || state.question !== null);
      // An agent that asks for work again has nothing left to say of the last.
      if (rests) pollsBefore ??= app.polls();
      if (pollsBefore !== undefined && app.polls() > pollsBefore) break;
      await sleep(15);
    }
    const points = await endLife(life);
    await app.drain();

    const { question } = (await world.record()).state;
    const effects = rule && (await effectsIn(rule));
    return {
      picture: {
        ...withoutFences(await recordsOf(world)),
        ...(effects && { effects }),
        ...(host && { host: host.look(), namespaces: namespacesIn(join(directory, 'centre')) }),
      },
      question,
      statements: effects?.statements ?? null,
      disagreements: await inState(async ({ database }) => [
        ...app.setbacks,
        ...disagreements(world.ports.memory, database, { mayBeDropped: killed }),
      ]),
      points,
      killed,
      seconds: (performance.now() - from) / 1_000,
    };
  } finally {
    life?.child.kill('SIGKILL');
    await app.close();
    await host?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const withoutFences = <Picture extends { readonly jobs: readonly { readonly fence: number }[] }>({
  jobs,
  ...rest
}: Picture) => ({ ...rest, jobs: jobs.map(({ fence: _, ...job }) => job) });
