import { describe, expect, test } from '@jest/globals';
import { createSmallStore } from '../../../support/small-store';

describe('records', () => {
  test('are read back with the times of creation and change', async () => {
    const store = createSmallStore();
    await store.set('k', { a: [1, 'b'] });
    store.clock.advance(500);
    await store.set('k', 'new');

    expect(await store.get('k')).toEqual({
      status: 200,
      body: { key: 'k', value: 'new', createdAt: 1_000_000, updatedAt: 1_000_500 },
    });
  });

  test('that do not exist answer 404 KEY_NOT_FOUND, which the SDK makes undefined', async () => {
    const NOT_FOUND = {
      status: 404,
      body: { code: 'KEY_NOT_FOUND', message: 'The specified key does not exist.' },
    };
    const store = createSmallStore();
    expect(await store.get('k')).toEqual(NOT_FOUND);
    expect(await store.pick('k')).toEqual(NOT_FOUND);
    expect(await store.ask('delete', { key: 'k' })).toEqual(NOT_FOUND);
  });

  test('of plain keys, secrets and entities do not see each other', async () => {
    const store = createSmallStore();
    await store.set('k', 'plain');
    await store.ask('secret/set', { key: 'k', value: 'secret' });
    await store.put('k', { status: 'entity' });

    expect((await store.get('k')).body).toMatchObject({ value: 'plain' });
    expect((await store.ask('secret/get', { key: 'k' })).body).toMatchObject({ value: 'secret' });
    expect((await store.pick('k')).body).toMatchObject({ value: { status: 'entity' } });
    await store.ask('secret/delete', { key: 'k' });
    expect((await store.get('k')).status).toBe(200);
  });

  test('are created once with FAIL_IF_EXISTS', async () => {
    const store = createSmallStore();
    const create = () => store.set('k', 1, { keyPolicy: 'FAIL_IF_EXISTS' });

    expect((await create()).status).toBe(204);
    expect((await create()).status).toBe(409);
  });

  test('show what was there, or what is there now, on the wish of the writer', async () => {
    const store = createSmallStore();
    const write = (value: number, returnValue: string) =>
      store.set('k', value, { keyPolicy: 'OVERRIDE', returnValue });

    expect(await write(1, 'PREVIOUS')).toEqual({ status: 204, body: undefined });
    expect((await write(2, 'PREVIOUS')).body).toMatchObject({ key: 'k', value: 1 });
    expect((await write(3, 'LATEST')).body).toMatchObject({ key: 'k', value: 3 });
  });

  test('refuse returnValue together with FAIL_IF_EXISTS', async () => {
    const options = { keyPolicy: 'FAIL_IF_EXISTS', returnValue: 'LATEST' };
    expect((await createSmallStore().set('k', 1, options)).status).toBe(400);
  });

  test('can be read after they expired, until Forge deletes them', async () => {
    const store = createSmallStore({ expiredKeptMs: () => 48 * 3_600_000 });
    await store.set('k', 1, { ttl: { value: 2, unit: 'MINUTES' } });

    store.clock.advance(121_000);
    expect((await store.get('k')).body).toMatchObject({
      value: 1,
      expireTime: new Date(1_120_000).toISOString(),
    });
    expect((await store.set('k', 1, { keyPolicy: 'FAIL_IF_EXISTS' })).status).toBe(409);
    store.clock.advance(48 * 3_600_000);
    expect((await store.get('k')).status).toBe(404);
  });

  test('refuse a time to live above one year', async () => {
    const store = createSmallStore();
    const write = (value: number) => store.set('k', 1, { ttl: { value, unit: 'DAYS' } });
    expect((await write(365)).status).toBe(204);
    expect((await write(366)).status).toBe(400);
  });
});

describe('batches', () => {
  test('let each item succeed or fail for itself', async () => {
    const store = createSmallStore();
    const { status, body } = await store.ask('batch/set', [
      { key: 'a', value: 1 },
      { key: 'bad/key', value: 1 },
      { key: 't', entityName: 'ticket', value: { version: 'x' } },
    ]);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      successfulKeys: [{ key: 'a' }],
      failedKeys: [
        { key: 'bad/key', error: { code: 'INVALID_KEY' } },
        { key: 't', entityName: 'ticket', error: { code: 'INVALID_ENTITY_VALUE' } },
      ],
    });
  });

  test('give values and the keys that are missing', async () => {
    const store = createSmallStore();
    await store.set('a', 1);
    const { body } = await store.ask('batch/get', [{ key: 'a' }, { key: 'b' }]);
    expect(body).toMatchObject({
      successfulKeys: [{ key: 'a', value: 1 }],
      failedKeys: [{ key: 'b', error: { code: 'KEY_NOT_FOUND' } }],
    });
  });

  test.each([
    ['no key', []],
    ['26 keys', Array.from({ length: 26 }, (_, index) => ({ key: `k${index}` }))],
    ['one key twice', [{ key: 'k' }, { key: 'k' }]],
  ])('are refused as a whole with %s', async (_what, items) => {
    expect((await createSmallStore().ask('batch/get', items)).status).toBe(400);
  });
});

describe('mishaps', () => {
  test('answer what chance says instead of doing the work', async () => {
    const store = createSmallStore({
      mishap: (kind) => (kind === 'write' ? 'INTERNAL_SERVER_ERROR' : undefined),
    });
    expect((await store.set('k', 1)).status).toBe(500);
    expect((await store.get('k')).status).toBe(404);
  });
});
