import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { showLog } from '#app/show-log';
import {
  LEASE_SECONDS,
  LOG_CHUNK_MAX_CHARS,
  LOG_LINES_MAX,
  TAKEOVER_GRACE_SECONDS,
} from '#wire/agent';
import type { ClaimAnswer } from '#wire/agent';
import type { LogEntry } from '#wire/page';
import { LOG_CHUNKS_KEPT } from '#wire/records';
import type { AgentCaller } from '../support/agent-caller';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

let world: ReleaseWorld;
let second: AgentCaller;
let claim: ClaimAnswer;
beforeEach(async () => {
  world = await aReleaseWorld();
  second = await world.enrollAgent();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  claim = await world.claim();
});

const lines = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    at: 1,
    level: 'info' as const,
    text: `line ${first + index}`,
  }));

const send = (
  chunk: number,
  firstLine: number,
  count: number,
  { agent = world.agent, fence = claim.fence } = {},
) =>
  agent.call({
    op: 'log',
    job: claim.job,
    fence,
    data: { chunk, firstLine, lines: lines(firstLine, count) },
  });

const shown = async () => {
  const { entries, lostAtEnd } = await look();
  return [...textsOf(entries), ...(lostAtEnd > 0 ? [`${lostAtEnd} lost at the end`] : [])];
};

const look = async (seen?: { readonly job: string; readonly next: number }) => {
  const view = await showLog(world.ports, {
    issueId: world.issue.id,
    job: null,
    ...(seen && { seen }),
  });
  if (view.kind !== 'log') throw new Error(view.sentence);
  return view;
};

const textsOf = (entries: readonly LogEntry[]): readonly string[] =>
  entries.map((entry) => {
    if (entry.kind === 'lines')
      return `${entry.late ? 'late: ' : ''}${entry.lines.map(({ text }) => text).join(', ')}`;
    return entry.kind === 'new-claim' ? entry.kind : `${entry.lines} ${entry.kind}`;
  });

describe('the log of a job', () => {
  test('is shown in its order, to whoever looks at the release', async () => {
    expect(await send(0, 0, 2)).toMatchObject({ status: 200, body: { nextChunk: 1 } });
    await send(1, 2, 1);

    expect(await shown()).toEqual(['line 0, line 1', 'line 2']);
  });

  test('brings a page what came since, and everything where that is no longer kept', async () => {
    await send(0, 0, 2);
    const first = await look();
    await send(2, 5, 1);
    const more = await look(first);
    expect([more.isMore, textsOf(more.entries), more.isOver]).toEqual([
      true,
      ['3 missing', 'line 5'],
      false,
    ]);
    expect(await look(more)).toMatchObject({ isMore: true, entries: [] });

    for (let chunk = 3; chunk < LOG_CHUNKS_KEPT + 9; chunk += 1) await send(chunk, chunk + 3, 1);
    const whole = await look(more);
    expect(whole.isMore).toBe(false);
    expect(textsOf(whole.entries)[0]).toMatch(/^\d+ dropped$/);
    await world.finish(claim, { kind: 'succeeded' });
    expect((await look(whole)).isOver).toBe(true);
  });

  test('says to a page that follows where a claim began anew, however many late chunks came between', async () => {
    await send(0, 0, 1);
    const first = await look();
    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
    const taken = await world.claim('request-2', second);
    for (let chunk = 1; chunk < 4; chunk += 1) await send(chunk, chunk + 10, 1);
    const late = await look(first);
    await send(0, 0, 1, { agent: second, fence: taken.fence });

    expect(textsOf(late.entries)).toEqual(['late: line 11', 'late: line 12', 'late: line 13']);
    expect(textsOf((await look(late)).entries)).toEqual(['new-claim', 'line 0']);
  });

  test('of an earlier job is still found when the next one has begun', async () => {
    await send(0, 0, 1);
    await world.finish(claim, { kind: 'succeeded' });
    const verify = await world.claim('request-2');
    expect((await look()).job).toBe(claim.job);
    await world.agent.call({
      ...{ op: 'log', job: verify.job, fence: verify.fence },
      data: { chunk: 0, firstLine: 0, lines: lines(7, 1) },
    });

    const view = await look({ job: '10001.1', next: 1 });

    expect(view).toMatchObject({
      job: verify.job,
      isMore: false,
      jobs: [{ stage: 'VERIFY' }, { stage: 'CODE' }],
    });
    expect(await shown()).toEqual(['line 7']);
    world.ports.resetCost();
    expect((await look(view)).jobs).toEqual([{ job: verify.job, stage: 'VERIFY' }]);
    expect(world.ports.cost).toEqual({ reads: 3, writes: 0 });
    const older = await showLog(world.ports, { issueId: world.issue.id, job: claim.job });
    expect(older).toMatchObject({ job: claim.job, isOver: true });
  });

  test('takes a chunk once, however often it comes', async () => {
    await send(0, 0, 2);
    await send(1, 2, 1);
    expect(await send(0, 0, 2)).toMatchObject({ status: 200, body: { nextChunk: 2 } });
    await send(1, 2, 1);

    expect(await shown()).toEqual(['line 0, line 1', 'line 2']);
  });

  test('says where lines are missing, and the finish says how many never came [H59]', async () => {
    await send(0, 0, 1);
    await send(2, 5, 1);
    const { job, fence } = claim;
    const data = { outcome: { kind: 'succeeded' }, lostLines: 7 };
    await world.agent.call({ op: 'finish', job, fence, seq: 1, data });

    expect(await shown()).toEqual(['line 0', '4 missing', 'line 5', '3 lost at the end']);
  });

  test('does not call lines lost that arrived, although their answer was', async () => {
    await send(0, 0, 2);
    await send(1, 2, 3);
    const { job, fence } = claim;
    const data = { outcome: { kind: 'succeeded' }, lostLines: 3, writtenLines: 5 };
    await world.agent.call({ op: 'finish', job, fence, seq: 1, data });

    expect(await shown()).toEqual(['line 0, line 1', 'line 2, line 3, line 4']);
  });

  test('takes back what it has called lost when the lines come late', async () => {
    await send(0, 0, 2);
    const { job, fence } = claim;
    const data = { outcome: { kind: 'succeeded' }, lostLines: 3, writtenLines: 5 };
    await world.agent.call({ op: 'finish', job, fence, seq: 1, data });
    expect((await shown()).at(-1)).toBe('3 lost at the end');

    await send(1, 2, 3);

    expect((await shown()).at(-1)).toBe('line 2, line 3, line 4');
  });

  test('is taken when the job is over, too', async () => {
    await world.finish(claim, { kind: 'succeeded' });

    expect((await send(0, 0, 1)).status).toBe(200);
  });

  test('keeps its last chunks and counts what gave way', async () => {
    for (let chunk = 0; chunk < LOG_CHUNKS_KEPT + 3; chunk += 1) await send(chunk, chunk * 2, 2);

    const entries = await shown();
    expect(entries).toHaveLength(LOG_CHUNKS_KEPT + 1);
    expect(entries[0]).toBe('6 dropped');
    expect(entries.at(-1)).toBe('line 44, line 45');
    const rows = [...world.ports.memory.rows.keys()].filter((key) => key.includes('log-chunk'));
    expect(rows).toHaveLength(LOG_CHUNKS_KEPT);
  });

  test('marks lines of an agent that has lost the job, and takes few of them', async () => {
    await send(0, 0, 1);
    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
    const taken = await world.claim('request-2', second);
    const mine = { agent: second, fence: taken.fence };
    await send(0, 0, 1, mine);

    for (let chunk = 1; chunk < 9; chunk += 1) {
      expect((await send(chunk, chunk + 10, 1)).status).toBe(200);
    }
    await send(1, 1, 1, mine);

    expect(await shown()).toEqual([
      'line 0',
      'new-claim',
      'line 0',
      'late: line 11',
      'late: line 12',
      'late: line 13',
      'line 1',
    ]);
    const job = await world.ports.memory.get('job', claim.job);
    expect(job).toMatchObject({ agent: second.agentId, lastSeq: 0, status: 'running' });
  });

  test('knows a chunk again that it took in an earlier claim, also once later ones write', async () => {
    await send(0, 0, 2);
    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
    const { fence } = await world.claim('request-2', second);
    expect(await send(0, 0, 2)).toMatchObject({ status: 200, body: { nextChunk: 1 } });

    await send(0, 0, 1, { agent: second, fence });
    expect(await send(0, 0, 2)).toMatchObject({ status: 200, body: { nextChunk: 1 } });

    expect(await shown()).toEqual(['line 0, line 1', 'new-claim', 'line 0']);
  });

  test('takes nothing from an agent that never had the job, and nothing for a claim to come', async () => {
    const outsider = await world.enrollAgent(['STAGE']);
    const before = new Map(world.ports.memory.rows);

    expect((await send(0, 0, 1, { agent: outsider, fence: 1 })).status).toBe(409);
    expect((await send(0, 0, 1, { agent: world.agent, fence: claim.fence + 1 })).status).toBe(409);
    expect(world.ports.memory.rows).toEqual(before);
  });

  test('is bounded: a chunk holds so many lines and so many characters', async () => {
    expect((await send(0, 0, LOG_LINES_MAX + 1)).status).toBe(400);
    expect((await send(0, 0, LOG_LINES_MAX)).status).toBe(200);
    const text = 'x'.repeat(1_000);
    const long = Array.from({ length: Math.floor(LOG_CHUNK_MAX_CHARS / 1_000) + 1 }, () => ({
      at: 1,
      level: 'info',
      text,
    }));
    const { job, fence } = claim;
    const call = (data: object) => world.agent.call({ op: 'log', job, fence, data });
    expect((await call({ chunk: 1, firstLine: 200, lines: long })).status).toBe(400);
    expect((await call({ chunk: 1, firstLine: 200, lines: long.slice(1) })).status).toBe(200);
  });

  test('costs two reads and one write', async () => {
    world.ports.resetCost();
    await send(0, 0, 100);

    expect(world.ports.cost).toEqual({ reads: 2, writes: 1 });
  });

  test('belongs to its issue, like the hosts: another release’s panel does not get it [H66]', async () => {
    await send(0, 0, 1);

    const view = await showLog(world.ports, { issueId: '99999', job: claim.job });

    expect(view).toMatchObject({ kind: 'refused' });
  });

  test('is complete, or its markers add up to the lines that were lost [I20]', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ count: fc.integer({ min: 1, max: 5 }), arrives: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.boolean(),
        async (chunks, isToday) => {
          world = await aReleaseWorld();
          await world.click('submit', REPORTER);
          await world.click('start', TESTER);
          claim = await world.claim();
          let first = 0;
          let lost = 0;
          for (const [index, { count, arrives }] of chunks.entries()) {
            if (arrives) await send(index, first, count);
            else lost += count;
            first += count;
          }
          const { job, fence } = claim;
          const told = { lostLines: lost, ...(isToday && { writtenLines: first }) };
          const data = { outcome: { kind: 'succeeded' }, ...told };
          await world.agent.call({ op: 'finish', job, fence, seq: 1, data });

          const view = await showLog(world.ports, { issueId: world.issue.id, job });
          if (view.kind !== 'log') throw new Error(view.sentence);
          const marked = view.entries.reduce(
            (sum, entry) => sum + (entry.kind === 'missing' ? entry.lines : 0),
            view.lostAtEnd,
          );
          expect(marked).toBe(lost);
        },
      ),
      { numRuns: 30, seed: 20 },
    );
  });
});
