/** A statement in doubt, from a real agent's journal through its finish to the person's answer and the rest of the scripts. */
import { describe, expect, test } from '@jest/globals';
import { answerUnknown } from '#app/answer-unknown';
import { handleAgentCall } from '#app/handle-agent';
import { reviewScript } from '#app/review-script';
import { executedMark } from '#core/plan';
import type { UnknownAnswer } from '#core/release-event';
import { reviewMark } from '#core/scripts';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import { liveAgent } from '../../agent/agent-loop';
import { createAppClient } from '../../agent/app-client';
import type { Exchange } from '../../agent/app-client';
import { keyOf } from '../../agent/keys';
import type { Agent } from '../../agent/ports/agent';
import type { Clock } from '../../agent/ports/clock';
import { createServerTime } from '../../agent/server-time';
import type { Database, LedgerRow, Ran, Reply } from '../../agent/sql/database';
import { aJournal, anAgent, silent } from '../agent/support/an-agent';
import { createFleet } from '../agent/support/fake-hosts';
import { createVirtualClock } from '../agent/support/virtual-clock';
import { DBA, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { written } from '../support/written-content';

const STATEMENTS = ['CREATE TABLE t (id int)', 'CALL p()', 'INSERT INTO t VALUES (3)'] as const;
const SCRIPTS = written([{ id: 'add', text: `${STATEMENTS.join(';\n')};` }], []);

const DEADLINE_MILLISECONDS = 600_000;

interface FakeDatabase {
  readonly database: Database;
  /** Who writes down that people were asked does nothing more. */
  diesAsking: boolean;
  readonly rows: LedgerRow[];
  readonly ran: string[];
}

/** Its ledger, and what has run in it. From the procedure no agent comes back. */
function aDatabase(kill: () => void): FakeDatabase {
  const never = <Value>(): Promise<Value> => {
    kill();
    return new Promise(() => undefined);
  };
  const rows: LedgerRow[] = [];
  const ran: string[] = [];
  const done = <Value>(value: Value) => Promise.resolve({ kind: 'done', value } as const);
  const write = (row: LedgerRow) => {
    const at = rows.findIndex(
      ({ scriptDigest, number }) => scriptDigest === row.scriptDigest && number === row.number,
    );
    rows.splice(at < 0 ? rows.length : at, 1, row);
    return fake.diesAsking && row.state === 'asked' ? never<Reply<null>>() : done(null);
  };
  const database: Database = {
    version: () => done('PostgreSQL 15'),
    lock: () => done({ kind: 'held' }),
    raiseFence: (_scope, fence) => done(fence),
    readLedger: () => done([...rows]),
    write,
    isAtomic: ({ text }) => done(!text.startsWith('CALL')),
    run: async (row, text) => {
      ran.push(text);
      if (row.atomic) {
        await write({ ...row, state: 'done' });
        return { kind: 'done', rows: 1, milliseconds: 1 };
      }
      return never<Ran>();
    },
    set: () => done(0),
    close: () => Promise.resolve(),
  };
  const fake: FakeDatabase = { database, rows, ran, diesAsking: false };
  return fake;
}

/** The machine of the world's agent: whichever process starts on it finds the same journal and key. */
async function aMachine({ ports, agent }: ReleaseWorld) {
  const virtual = createVirtualClock();
  const clock: Clock = { ...virtual, wallMilliseconds: () => ports.clock.now() * 1_000 };
  const identity = {
    agent: agent.agentId,
    audience: ports.audience,
    appKey: await ports.crypto.appKey(),
  };
  const exchangeOf = (life: { readonly isKilled: boolean }): Exchange => ({
    post: async ({ headers, body }) => {
      if (life.isKilled) return new Promise(() => undefined);
      ports.pass(1);
      const listed = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
      const request = { method: 'POST', headers: Object.fromEntries(listed), body };
      const answer = await handleAgentCall(ports, request);
      return { kind: 'answered', status: answer.status, body: JSON.stringify(answer.body) };
    },
  });
  const { journal } = aJournal();
  let starts = 0;
  let kill = (): void => undefined;
  const orders = aDatabase(() => kill());

  /** One process, until this is so, or until it is killed. */
  const live = async (isEnough: () => Promise<boolean>): Promise<void> => {
    starts += 1;
    const boot = `boot000${String(starts)}`;
    const key = keyOf(agent.keys.privateKey);
    const death = { isKilled: false };
    const exchange = exchangeOf(death);
    const sender = { exchange, clock, time: createServerTime(clock), key, boot, log: silent };
    const app = createAppClient(sender, identity, '1.0.0');
    const base = anAgent({ clock, app, journal, fleet: createFleet() });
    const rule = {
      ...{ id: 'orders', environments: ['SIT'], engine: 'postgresql' as const },
      ...{ host: 'db', port: 5432, database: 'orders', user: 'release', passwordFile: '/none' },
    };
    const process: Agent = {
      ...base,
      databases: { connect: async () => ({ kind: 'connected', database: orders.database }) },
      settings: { ...base.settings, databases: [rule], identity },
    };
    const stopping = new AbortController();
    const killed = new Promise<void>((resolve) => {
      kill = () => {
        death.isKilled = true;
        resolve();
      };
    });
    const watch = async (): Promise<void> => {
      const deadline = virtual.milliseconds + DEADLINE_MILLISECONDS;
      while (!(await isEnough()) && virtual.milliseconds < deadline) await clock.sleep(1_000);
      stopping.abort();
    };
    const life = Promise.all([liveAgent(process, stopping.signal), watch()]);
    await virtual.drive(Promise.race([life, killed]));
  };
  return { live, orders };
}

/** The scripts are approved and wait for the agent. */
async function submitted(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld(SCRIPTS);
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  for (const script of SCRIPTS.content.sql) {
    const review = { script: script.id, mark: reviewMark(script), verdict: 'approved' } as const;
    await reviewScript(world.ports, {
      ...{ issueId: world.issue.id, accountId: DBA, reason: '' },
      ...review,
    });
  }
  await world.click('submit-sql', DBA);
  return world;
}

/** What a person says who looks at the panel now. */
async function answer(world: ReleaseWorld, word: UnknownAnswer): Promise<void> {
  const { run, question } = (await world.record()).state;
  const about = { job: run?.job ?? '', isAsked: question !== null };
  const given = { issueId: world.issue.id, accountId: DBA, answer: word, about };
  expect(await answerUnknown(world.ports, given)).toEqual({ kind: 'done' });
  await world.ports.drain();
}

const never = (): Promise<boolean> => Promise.resolve(false);

describe('a statement that nobody saw end', () => {
  test('is asked about as one statement, and after «done» the agent runs the rest of the stage', async () => {
    const world = await submitted();
    const { live, orders } = await aMachine(world);
    const state = async () => (await world.record()).state;

    await live(never);
    expect(orders.rows.map(({ state: of }) => of)).toEqual(['done', 'intent']);
    await live(async () => (await state()).question !== null);
    const asked = await state();
    expect(asked).toMatchObject({ status: 'sql-executing', asksStatement: true });
    expect(asked.question).toMatch(
      /done says that this statement has happened, and runs what comes after it \(1\)/,
    );

    await answer(world, 'done');
    expect(await state()).toMatchObject({ status: 'sql-executing', executed: {} });
    await live(async () => (await state()).status !== 'sql-executing');

    expect(orders.ran).toEqual(STATEMENTS);
    expect(orders.rows.map(({ state: of }) => of)).toEqual(['done', 'done', 'done']);
    expect((await state()).executed).toEqual({ SIT: SCRIPTS.content.sql.map(executedMark) });
  });

  test.each(['retry', 'not-done'] as const)(
    'is asked about when its agent comes back, where people answered «%s» and have never seen the question',
    async (word) => {
      const world = await submitted();
      const { live, orders } = await aMachine(world);
      const state = async () => (await world.record()).state;
      await live(never);
      orders.diesAsking = true;
      await live(never);
      expect(orders.rows.at(-1)).toMatchObject({ state: 'asked', job: (await state()).run?.job });
      orders.diesAsking = false;

      world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
      expect((await state()).question).toBeNull();
      await answer(world, word);
      if (word === 'not-done') {
        await world.click('retry-sql', TESTER);
        await world.click('submit-sql', DBA);
      }
      await live(async () => (await state()).question !== null || orders.ran.length > 2);

      expect(orders.ran).toEqual(STATEMENTS.slice(0, 2));
      expect(await state()).toMatchObject({ asksStatement: true });
      await answer(world, 'done');
      await live(async () => (await state()).status !== 'sql-executing');
      expect(orders.ran).toEqual(STATEMENTS);
    },
  );
});
