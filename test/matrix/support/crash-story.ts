/** One release whose agent is killed, and what came of it: in Jira, in the journal, at the targets. */
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
import { discrepancies } from './after-death';
import { click, SIT_ALONE, startRelease } from './clicks';
import { aftermathOf } from './crash-end';
import type { Aftermath } from './crash-end';
import type { CrashPlace } from './crash-place';
import { codeFor, configOf, DEADLINES, scriptsFor, siteOf } from './crash-setting';
import { fastClock } from './fast-clock';
import { letIn } from './let-in';
import { endLife, startLife } from './life';
import type { Life } from './life';
import { serveHandlers } from './served-app';
import { quickDirectory } from './quick-directory';
import { aStillHost, aTargetHost } from './target-host';

/** What a story is about, and the stages that its agent works on. */
export const STORIES = {
  postgresql: ['SQL'],
  mysql: ['SQL'],
  deploy: ['CONFIG', 'CODE', 'VERIFY'],
  // Its version does not stay up, so the host goes back.
  broken: ['CODE'],
  // Jira's store loses the last report, so that it is sent again.
  restored: ['CODE', 'VERIFY'],
  'roll back': ['CONFIG', 'CODE', 'VERIFY', 'ROLLBACK'],
} as const;
export type Story = keyof typeof STORIES;

export interface CrashEnd extends Aftermath {
  /** Points that the last life has passed. */
  readonly points: readonly string[];
  /** Calls that have points in the last life, whether it has come to them or not. */
  readonly offered: readonly string[];
  /** Points at which an agent has died, in order. */
  readonly deaths: readonly string[];
  readonly seconds: number;
}

/** Three seconds a minute. */
const PACE = 20;
/** Eight deaths took two minutes on a machine whose cores were wanted by thirty. */
const STORY_SECONDS = 300;
/** Whoever is still to die may do so over the answer of its first poll. */
const POLLS_OF_MORTALS = 2;
/** Every step comes with an answer or an end; this is for what is done about time. */
const LOOK_MILLISECONDS = 250;
const REST = ['deployed', 'rolled-back', 'fix-pending'];

/** The stage of a point. */
export const stageOf = (point: string): string => point.split(' ')[0] ?? '';

/** Points of one stage wait for each other: a second life passes again what the first one has passed. */
const inOneLife = (due: readonly string[]): string[] =>
  due.filter(
    (point, index) =>
      index === 0 ||
      (!point.startsWith('+') &&
        due.slice(0, index).every((earlier) => stageOf(earlier) !== stageOf(point))),
  );

/**
 * Plays the story. Each life of the agent dies at the next of the points that it comes to; a point that is not passed
 * is left out. The last life lives.
 */
export async function playCrash(
  place: CrashPlace,
  story: Story,
  killAt: readonly string[],
): Promise<CrashEnd> {
  const from = performance.now();
  // Hosts run programs, which a directory in memory may not allow.
  const hostDirectory = mkdtempSync(join(place.directory, 'point-'));
  const directory = quickDirectory('crash');
  const isSql = story === 'postgresql' || story === 'mysql';
  const pool = isSql ? place.databases[story] : undefined;
  const rule = await pool?.take();
  const host = await (isSql ? aStillHost : aTargetHost)(place, hostDirectory);
  const began = Date.now();
  const clock = fastClock(PACE, began, NOW * 1_000);
  const site = siteOf(place, host);
  const stages: readonly string[] = STORIES[story];
  const work = rule
    ? scriptsFor(rule)
    : codeFor(place, { broken: story === 'broken', configured: stages.includes('CONFIG') });
  const world = await aReleaseWorld({ ...work, sites: [site], policy: SIT_ALONE });
  const app = await serveHandlers(
    world.ports,
    clock,
    story === 'restored' ? '"state":"healthy"' : undefined,
  );
  const url = `http://127.0.0.1:${String(app.port)}/agent`;
  const config = configOf(place, { directory, url, base: host.base, rule });
  const configFile = join(directory, 'agent.yml');
  writeFileSync(configFile, JSON.stringify(config));

  const inState = async <Result>(work: (state: OpenState) => Promise<Result>): Promise<Result> => {
    const opened = openState(config.stateDirectory);
    if (opened.kind === 'failed') throw new Error(opened.end.sentence);
    return work(opened.state).finally(() => opened.state.close());
  };
  const order = {
    ...{ configFile, stage: STORIES[story][0], pace: PACE, began, from: NOW * 1_000 },
    quiet: story === 'broken',
  };
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
    let due = [...killAt];
    const deaths: string[] = [];
    const afterDeath: string[] = [];
    const nextLife = (): Life => {
      const stage = stageOf(deaths.at(-1) ?? order.stage);
      return startLife(place, { ...order, stage, killAt: inOneLife(due) });
    };
    life = nextLife();
    await startRelease(world, app);
    const deadline = Date.now() + STORY_SECONDS * 1_000;
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
        await life.ended;
        const death = life.points().at(-1) ?? '';
        const planned = due.findIndex((point) => point === death || point.startsWith('+'));
        if (planned < 0) break;
        deaths.push(death);
        due = due.slice(planned + 1);
        afterDeath.push(
          ...(await inState(async ({ database }) =>
            // What a restored store has lost, the agent cannot know yet.
            (story === 'restored' ? () => [] : discrepancies)(world.ports.memory, database).map(
              (why) => `dead at ${death}: ${why}`,
            ),
          )),
        );
        pollsBefore = undefined;
        life = nextLife();
      }
      const rests = !wayBack && (REST.includes(status) || state.question !== null);
      // An agent that asks for work again has nothing left to say of the last.
      if (rests) pollsBefore ??= app.polls();
      const enough = due.length > 0 ? POLLS_OF_MORTALS : 1;
      if (pollsBefore !== undefined && app.polls() >= pollsBefore + enough) break;
      await Promise.race([app.answered(), life.ended, sleep(LOOK_MILLISECONDS)]);
    }
    const points = await endLife(life);
    await app.drain();

    const aftermath = await inState(({ database: journal }) =>
      aftermathOf({ world, app, journal, directory, host, rule, isKilled: deaths.length > 0 }),
    );
    return {
      ...aftermath,
      disagreements: [...afterDeath, ...aftermath.disagreements],
      points,
      offered: life.offered(),
      deaths,
      seconds: (performance.now() - from) / 1_000,
    };
  } finally {
    life?.child.kill('SIGKILL');
    await app.close();
    if ('close' in host) await host.close();
    if (rule) await pool?.giveBack(rule);
    for (const used of [directory, hostDirectory]) rmSync(used, { recursive: true, force: true });
  }
}
