/** Local Jira, agent, host and database start in any order, and nobody has to start one again. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deployRelease } from '../../demo/releases';
import { servers } from '../support/database-servers';
import type { RestartableServer } from '../support/database-servers';
import { differencesLeft } from './support/agreed';
import { databasesFor } from './support/environments';
import type { EnvironmentDatabases } from './support/environments';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

const PARTS = ['Local Jira', 'agent', 'host', 'database'] as const;
type Part = (typeof PARTS)[number];

/** All orders of some parts: each of them first, before all orders of the others. */
function ordersOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  if (parts.length === 0) return [[]];
  return parts.flatMap((first) =>
    ordersOf(parts.filter((part) => part !== first)).map((rest) => [first, ...rest]),
  );
}

/** 24 of them, by what they are called. */
const ORDERS = new Map(ordersOf(PARTS).map((order) => [order.join(', then '), order]));

/** Stands that take order after order side by side: one alone keeps a core busy, most of it with starting programs. */
const STANDS = 2;

interface Lane {
  readonly server: RestartableServer;
  readonly databases: EnvironmentDatabases;
  readonly stand: Stand;
}

/** What is there after the parts were started in an order and a release was clicked through; a `cause` instead where that failed. */
type End =
  | {
      readonly served: string | undefined;
      readonly wanted: string;
      readonly marks: readonly unknown[];
      readonly turn: number;
      readonly exitCode: number | null;
      readonly differences: readonly string[];
    }
  | { readonly cause: unknown };

describe('parts that are started in every order', () => {
  const lanes: Lane[] = [];
  const waiting = [...ORDERS];
  const settle = new Map<string, (end: End) => void>();
  const ends = new Map(
    waiting.map(([words]) => [words, new Promise<End>((resolve) => settle.set(words, resolve))]),
  );

  beforeAll(async () => {
    // The first start on a machine bundles the app, which one alone should do.
    lanes.push(await openLane(1));
    const others = Array.from({ length: STANDS - 1 }, (_, at) => openLane(at + 2));
    lanes.push(...(await Promise.all(others)));
    void Promise.all(lanes.map(takeOrders)).then(() => {
      for (const [words] of waiting)
        settle.get(words)?.({ cause: new Error('No stand is left that could try it.') });
    });
  }, 400_000);
  afterAll(async () => {
    await Promise.all(
      lanes.map(async ({ stand, server }) => {
        await stand.stop();
        await server.close();
      }),
    );
  }, 60_000);

  test.each([...ORDERS.keys()].map((words) => ({ words })))(
    '$words: a release with a script and code goes through [S1-23]',
    async ({ words }) => {
      const end = await ends.get(words);
      if (!end) throw new Error(`Nobody tried ${words}.`);
      if ('cause' in end) throw end.cause;

      expect(end.served).toBe(end.wanted);
      expect(end.marks).toEqual([{ turn: end.turn }]);
      expect(end.exitCode).toBeNull();
      expect(end.differences).toEqual([]);
    },
    400_000,
  );

  /** Takes an order after the other until none is left. After a failure nobody knows how its parts stand: others take the rest. */
  async function takeOrders(lane: Lane): Promise<void> {
    for (let turn = 1; ; turn += 1) {
      const next = waiting.shift();
      if (!next) return;
      const [words, order] = next;
      try {
        settle.get(words)?.(await tryOrder(lane, order, turn));
      } catch (cause) {
        settle.get(words)?.({ cause });
        return;
      }
    }
  }
});

async function openLane(number: number): Promise<Lane> {
  const server = await servers.postgresql();
  const databases = await databasesFor(server, 'orders', ['SIT']);
  const seed = `start-order-${String(number)}`;
  const stand = await startStand(seed, { databases: databases.rules });
  await stand.turn({ preset: 'calm' });
  await databases.rows('SIT', 'CREATE TABLE mark (turn integer NOT NULL)');
  return { server, databases, stand };
}

/** Stops all parts, starts them in an order, and takes a release through. */
async function tryOrder(
  { server, databases, stand }: Lane,
  order: readonly Part[],
  turn: number,
): Promise<End> {
  const start: Readonly<Record<Part, () => Promise<unknown>>> = {
    'Local Jira': async () => {
      await stand.startJira();
      // Its knobs are rude after each start.
      await stand.turn({ preset: 'calm' });
    },
    agent: async () => {
      const agent = stand.startAgent();
      // It is up when it has asked for work, whether anybody answered or not.
      await agent.says(/The app gives this agent work|A poll brought nothing/);
    },
    host: () => stand.ssh.start(),
    database: () => server.start(),
  };
  const wanted = turn % 2 === 1 ? '1.0.0' : '1.1.0';
  const text = `INSERT INTO mark (turn) VALUES (${String(turn)});\n`;
  const key = await stand.readyWith(`Turn ${String(turn)}`, {
    sql: [{ id: 'mark', database: 'orders', name: '01 mark', text }],
    code: [stand.code(wanted)],
  });
  // Whoever begins while somebody looks comes again every two seconds.
  await stand.panel(key);
  await Promise.all([stand.agent().stop(), stand.ssh.stop(), server.stop()]);
  await stand.jira().program.stop();

  for (const part of order) await start[part]();
  // On a slow machine that look is too long ago by now, and each stage would wait for a poll a minute later.
  await stand.panel(key);

  await deployRelease(stand.jira().siteUrl, key).catch(async (error: unknown) => {
    const { now, failure } = await stand.panel(key);
    throw new Error(`${key}: ${failure?.sentence ?? now}`, { cause: error });
  });
  return {
    served: await stand.served(),
    wanted,
    marks: await databases.rows('SIT', 'SELECT max(turn) AS turn FROM mark'),
    turn,
    exitCode: stand.agent().process.exitCode,
    differences: await differencesLeft(stand, key),
  };
}
