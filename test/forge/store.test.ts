import { describe, expect, test } from '@jest/globals';
import { store } from '#forge/store';
import { sha256 } from '#forge/sha256';
import { StoreError } from '#forge/store-error';
import { installForge, installKvs, type Fetch } from '../support/forge-kvs';
import { RECORDS } from '../support/sample-records';

const SCOPE = RECORDS.scope;

const UPLOAD = { issueId: '10073', digest: '0'.repeat(64) };

const setScope = (expect: number) =>
  ({ type: 'set', entity: 'scope', key: 'a', record: { ...SCOPE, version: 2 }, expect }) as const;

describe('the store over Forge', () => {
  test.each(['RATE_LIMIT_EXCEEDED', 'INTERNAL_SERVER_ERROR'] as const)(
    'says that a call may be tried again after %s',
    async (code) => {
      installKvs({ mishap: () => code });

      const failures = await Promise.all(
        [
          store.get('scope', 'a'),
          store.create('scope', 'a', SCOPE),
          store.transact([setScope(1)]),
          store.list('site', {
            index: 'by-project',
            partition: ['1'],
            order: 'ascending',
            limit: 1,
          }),
          store.putText('text'),
          store.getText('0'.repeat(64)),
          store.putPiece(UPLOAD, { index: 0, count: 1 }, 'text'),
          store.joinPieces(UPLOAD),
        ].map((call) => call.catch((error: unknown) => error)),
      );

      for (const failure of failures) {
        expect(failure).toBeInstanceOf(StoreError);
        expect((failure as StoreError).retryable).toBe(true);
      }
    },
  );

  test('says that a call may be tried again when nobody answers', async () => {
    installForge(() => Promise.reject(new TypeError('fetch failed')));

    const failure = await store.get('scope', 'a').catch((error: unknown) => error);

    expect(failure).toMatchObject({ name: 'StoreError', retryable: true });
  });

  test('tells a conflict from a malformed request by the versions, whatever code Forge gives', async () => {
    const { refuseTransactions } = await openWithScope(1);
    refuseTransactions({ status: 400, body: { code: 'SOMETHING', message: 'no' } });

    expect(await store.transact([setScope(7)])).toBe('conflict');

    const failure = await store.transact([setScope(1)]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'StoreError', retryable: false });
    expect(String(failure)).toContain('400 SOMETHING');
  });

  test('takes a key that exists for what it is, whatever code Forge gives', async () => {
    const { refuseSets } = await openWithScope(1);
    refuseSets({ status: 400, body: { code: 'SOMETHING', message: 'no' } });

    expect(await store.create('scope', 'a', SCOPE)).toBe('exists');

    const failure = await store.create('scope', 'b', SCOPE).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'StoreError', retryable: false });
  });

  test('makes a row that was there and was deleted before the look at it', async () => {
    installKvs();
    let refusals = 1;
    intercept((path) => {
      if (path !== '/api/v1/entity/set' || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 400, body: { code: 'SOMETHING', message: 'it exists' } };
    });

    expect(await store.create('scope', 'b', SCOPE)).toBe('created');
    expect(await store.get('scope', 'b')).toEqual(SCOPE);
  });

  test('stops at a text whose pieces are not what its digest says', async () => {
    installKvs();
    const digest = await store.putText('select 1;');
    const { kvs } = await import('@forge/kvs');
    await kvs.set(`piece.${sha256('select 1;')}`, 'drop table t;');

    await expect(store.getText(digest)).rejects.toThrow('is damaged');
  });

  test('writes the head of a text after its pieces, so that a torn write leaves no text', async () => {
    installKvs();
    const written: string[] = [];
    intercept((path, body) => {
      if (path === '/api/v1/set') written.push((body as { key: string }).key);
      return undefined;
    });

    const digest = await store.putText('select 1;\n'.repeat(40_000));

    expect(written.filter((key) => key.startsWith('piece.'))).toHaveLength(3);
    expect(written.at(-1)).toBe(`blob.${digest}`);
  });
});

describe('a text of 5 MB', () => {
  /** Source: Forge's quotas; a call may last 25 s, and 4,000 units of 10 KB are read and written in a minute. */
  test('is made of its pieces, and read by the slice, in calls that Forge allows', async () => {
    installKvs();
    const calls: string[] = [];
    let units = 0;
    intercept((path, body) => {
      calls.push(path);
      units += Math.ceil(JSON.stringify(body).length / 10_240);
      return undefined;
    });
    const pieces = Array.from({ length: 50 }, (_, at) => `${at}`.padEnd(100_000, '-- sql\n'));
    const text = pieces.join('');
    const upload = { issueId: '10073', digest: sha256(text) };
    for (const [index, piece] of pieces.entries())
      await store.putPiece(upload, { index, count: pieces.length }, piece);
    expect(units).toBeLessThanOrEqual(1_000);
    calls.length = 0;

    expect(await store.joinPieces(upload)).toEqual({ kind: 'whole', bytes: 5_000_000 });
    expect(calls.length).toBeLessThanOrEqual(110);
    calls.length = 0;

    const slice = await store.getSlice(upload.digest, 2_450_000, 150_000);
    expect(slice?.text).toBe(text.slice(2_450_000, 2_600_000));
    expect(calls.length).toBeLessThanOrEqual(3);
  });
});

/** One record; then transactions and sets answer what the test says, reads go on. */
async function openWithScope(version: number) {
  installKvs();
  await store.create('scope', 'a', { ...SCOPE, version });
  const refuse = (refused: string) => (answer: { status: number; body: object }) => {
    intercept((path) => (path === refused ? answer : undefined));
  };
  return {
    refuseTransactions: refuse('/api/v1/transaction'),
    refuseSets: refuse('/api/v1/entity/set'),
  };
}

/** Sees every call of the SDK from now on, and answers those for which it gives an answer. */
function intercept(
  look: (path: string, body: unknown) => { status: number; body: object } | undefined,
): void {
  const { __forge_fetch__: working } = globalThis as unknown as { __forge_fetch__: Fetch };
  const seen: Fetch = async (target, path, init) => {
    const answer = look(path, JSON.parse(init.body ?? '{}'));
    return answer === undefined
      ? working(target, path, init)
      : new Response(JSON.stringify(answer.body), { status: answer.status });
  };
  Object.assign(globalThis, { __forge_fetch__: seen });
}
