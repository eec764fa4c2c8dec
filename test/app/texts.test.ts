import { describe, expect, test } from '@jest/globals';
import { editContent } from '#app/edit-content';
import { getText } from '#app/get-text';
import { putText } from '#app/put-text';
import { reviewScript } from '#app/review-script';
import { reviewMark } from '#core/scripts';
import { sha256 } from '#forge/sha256';
import type { ClaimAnswer, FetchAnswer } from '#wire/agent';
import { aContent, aSite, DBA, REPORTER, someHosts, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { sendText, setKey, written } from '../support/written-content';
import type { Written } from '../support/written-content';

const SQL = 'ALTER TABLE orders ADD note text;\n';

/** For each answer the agent, its job, the head of the text and the two or three pieces that it touches. */
const READS_PER_5_MB = 170;

const put = ({ ports, issue }: ReleaseWorld, { content }: Written) =>
  editContent(ports, { issueId: issue.id, accountId: REPORTER, content });

const send = ({ ports, issue }: ReleaseWorld, text: string) =>
  sendText(ports, issue.id, REPORTER, text);

const sendPiece = ({ ports, issue }: ReleaseWorld, over: Partial<Parameters<typeof putText>[1]>) =>
  putText(ports, {
    issueId: issue.id,
    accountId: REPORTER,
    sha256: sha256(SQL),
    index: 0,
    count: 1,
    piece: SQL,
    ...over,
  });

/** Fetches a text as an agent does. */
async function fetchText(world: ReleaseWorld, { job, fence }: ClaimAnswer, digest: string) {
  let text = '';
  for (let offset: number | null = 0; offset !== null;) {
    const answer = await world.agent.call({ op: 'fetch', job, fence, data: { digest, offset } });
    if (answer.status !== 200) return `answered ${answer.status}`;
    const body = answer.body as FetchAnswer;
    text += body.text;
    offset = body.nextOffset;
  }
  return text;
}

async function approveScripts({ ports, issue, record }: ReleaseWorld): Promise<void> {
  const { content } = (await record()).state;
  for (const script of content?.sql ?? []) {
    const outcome = await reviewScript(ports, {
      issueId: issue.id,
      accountId: DBA,
      script: script.id,
      mark: reviewMark(script),
      verdict: 'approved',
      reason: '',
    });
    if (outcome.kind === 'refused') throw new Error(outcome.sentence);
  }
  await ports.drain();
}

/** From Draft to the SQL job in the agent's hands. */
async function claimSql(world: ReleaseWorld): Promise<ClaimAnswer> {
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  await approveScripts(world);
  await world.click('submit-sql', DBA);
  return world.claim();
}

describe('a text of a release', () => {
  test('of 5 MB passes from the panel to the agent, byte for byte', async () => {
    const line = (at: number): string => `INSERT INTO t VALUES (${at}, 'Größe 发布 🚦');\n`;
    const lines = Math.floor((2.5 * 1024 ** 2) / Buffer.byteLength(line(99_999)));
    const half = Array.from({ length: lines }, (_, at) => line(10_000 + at)).join('');
    const other = half.replaceAll('INSERT INTO t', 'INSERT INTO u');
    const content = written([
      { id: 'first', text: half },
      { id: 'second', text: other },
    ]);
    const bytes = Buffer.byteLength(half) + Buffer.byteLength(other);
    expect(bytes).toBeGreaterThan(4.9 * 1024 ** 2);
    const world = await aReleaseWorld();
    await send(world, half);
    await send(world, other);
    expect(await put(world, content)).toEqual({ kind: 'done' });

    const claim = await claimSql(world);

    world.ports.resetCost();
    for (const { text } of content.content.sql) {
      const fetched = await fetchText(world, claim, text.sha256);
      expect(Buffer.byteLength(fetched)).toBe(text.bytes);
      expect(sha256(fetched)).toBe(text.sha256);
    }
    const { reads } = world.ports.cost;
    process.stderr.write(`${bytes} bytes of SQL fetched by an agent: ${reads} reads\n`);
    expect(reads).toBeLessThanOrEqual(READS_PER_5_MB);
  });

  test('is fetched at the price of its own bytes once the plan has been looked at, however long that is', async () => {
    const priceOf = async (hosts: number): Promise<number> => {
      const text = SQL.repeat(30_000);
      const work = written([{ id: 'add', text }]);
      const world = await aReleaseWorld({ ...work, sites: [aSite({ hosts: someHosts(hosts) })] });
      const claim = await claimSql(world);
      expect(await fetchText(world, claim, sha256(text))).toBe(text);
      world.ports.resetCost();
      await fetchText(world, claim, sha256(text));
      return world.ports.cost.reads;
    };

    expect(await priceOf(500)).toBe(await priceOf(2));
  });

  test('of another release stays closed to an agent that has just fetched one of its own', async () => {
    const work = written([{ id: 'add', text: SQL }]);
    const world = await aReleaseWorld(work);
    const foreign = await world.ports.memory.putText('SELECT secret FROM elsewhere;');
    const claim = await claimSql(world);

    expect(await fetchText(world, claim, sha256(SQL))).toBe(SQL);

    expect(await fetchText(world, claim, foreign)).toBe('answered 410');
    expect(await fetchText(world, { ...claim, fence: claim.fence - 1 }, sha256(SQL))).toBe(
      'answered 409',
    );
  });

  test('that has not arrived whole keeps the content from being saved', async () => {
    const world = await aReleaseWorld();
    const content = written([{ id: 'add', text: SQL, undo: 'ALTER TABLE orders DROP note;' }]);

    expect(await put(world, content)).toEqual({
      kind: 'refused',
      sentence: 'The text of the script add has not arrived whole; save the content again.',
    });
    await send(world, SQL);
    expect(await put(world, content)).toEqual({
      kind: 'refused',
      sentence:
        'The text of the undo of the script add has not arrived whole; save the content again.',
    });
    await send(world, 'ALTER TABLE orders DROP note;');
    expect(await put(world, content)).toEqual({ kind: 'done' });
  });

  test('that is another than its name is not believed, nor are its bytes', async () => {
    const world = await aReleaseWorld();
    const { content, texts } = written([{ id: 'add', text: SQL }]);
    await sendPiece(world, { piece: 'DROP TABLE orders;' });

    expect(await put(world, { content, texts })).toEqual({
      kind: 'refused',
      sentence: `The text of the script add arrived, and its SHA-256 is not ${sha256(SQL)}; save the content again.`,
    });

    await send(world, SQL);
    const [script] = content.sql;
    if (!script) throw new Error('There is no script.');
    const sql = [{ ...script, text: { ...script.text, bytes: 7 } }];
    expect(await put(world, { content: { ...content, sql }, texts })).toEqual({
      kind: 'refused',
      sentence:
        'The text of the script add has 34 bytes, and the content says 7; save the content again.',
    });
  });

  test('is sent by people only who may edit the issue, while its content may be edited', async () => {
    const world = await aReleaseWorld();
    world.ports.jira.readers.add('acc-reader');

    expect(await sendPiece(world, { accountId: 'acc-reader' })).toMatchObject({
      sentence: expect.stringContaining(
        'reserved to people with the permission Edit release content',
      ),
    });
    expect(await sendPiece(world, { index: 3, count: 3 })).toMatchObject({ kind: 'refused' });
    expect(await sendPiece(world, { issueId: '1' })).toMatchObject({ kind: 'refused' });
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    expect(await sendPiece(world, {})).toMatchObject({
      sentence: expect.stringContaining('is not possible while the release is in Code executing'),
    });
    expect(world.ports.jira.calls.filter((call) => call === 'mayEdit')).not.toHaveLength(0);
  });

  test('is read by its digest as long as some content of the release has named it', async () => {
    const world = await aReleaseWorld();
    const { ports, issue } = world;
    const read = (digest: string, offset = 0) =>
      getText(ports, { issueId: issue.id, sha256: digest, offset });
    const other = await ports.memory.putText('another release’s script');
    const { content } = written([{ id: 'add', text: SQL }]);
    await send(world, SQL);
    expect(await read(sha256(SQL))).toMatchObject({ kind: 'refused' });

    await put(world, { content, texts: [] });
    expect(await read(sha256(SQL), 6)).toEqual({
      kind: 'piece',
      text: SQL.slice(6),
      nextOffset: null,
    });
    for (let edit = 0; edit < 25; edit += 1)
      await put(world, { content: aContent({ kind: edit % 2 ? 'Major' : 'Minor' }), texts: [] });
    expect(await read(sha256(SQL))).toMatchObject({ kind: 'piece', text: SQL });

    expect(await read(other)).toEqual({
      kind: 'refused',
      sentence: 'This release names no such text; reload the issue to see what it holds now.',
    });
  });
});

describe('an agent that holds a job', () => {
  test('fetches the texts that the job’s plan names, and no others', async () => {
    const work = written(
      [
        { id: 'add', text: SQL, undo: 'ALTER TABLE orders DROP note;' },
        { id: 'later', text: 'SELECT 2;', environments: ['STAGE'] },
      ],
      [{ keys: [setKey('feature.a')] }],
    );
    const world = await aReleaseWorld({ ...work });
    const claim = await claimSql(world);

    for (const [text, fetched] of [
      [SQL, SQL],
      ['ALTER TABLE orders DROP note;', 'ALTER TABLE orders DROP note;'],
      [work.texts.at(-1) ?? '', work.texts.at(-1)],
      ['SELECT 2;', 'answered 410'],
    ] as const) {
      expect(await fetchText(world, claim, sha256(text))).toBe(fetched);
    }
  });
});
