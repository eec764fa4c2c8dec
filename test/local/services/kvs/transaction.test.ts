import { describe, expect, test } from '@jest/globals';
import { createSmallStore } from '../../../support/small-store';

const at = (version: number) => ({
  and: [{ property: 'version', condition: 'EQUAL_TO', values: [version] }],
});
const ticket = (key: string, version: number) => ({
  key,
  entityName: 'ticket',
  value: { version },
});
const FAILED = {
  status: 409,
  body: {
    code: 'CONDITIONAL_CHECK_FAILED',
    message: 'A condition of the transaction is not met.',
  },
};

describe('transactions', () => {
  test('do everything when every condition holds', async () => {
    const store = createSmallStore();
    await store.put('a', { version: 1 });
    await store.put('b', { version: 5 });
    await store.put('c', { version: 9 });

    const answer = await store.transact({
      set: [
        { ...ticket('a', 2), conditions: at(1) },
        { key: 'plain', value: 'x' },
      ],
      delete: [{ key: 'b', entityName: 'ticket', conditions: at(5) }],
      check: [{ key: 'c', entityName: 'ticket', conditions: at(9) }],
    });

    expect(answer).toEqual({ status: 204, body: undefined });
    expect((await store.pick('a')).body).toMatchObject({ value: { version: 2 } });
    expect((await store.get('plain')).body).toMatchObject({ value: 'x' });
    expect((await store.pick('b')).status).toBe(404);
  });

  test.each([
    ['a set', { set: [{ ...ticket('a', 2), conditions: at(7) }] }],
    ['a delete', { delete: [{ key: 'a', entityName: 'ticket', conditions: at(7) }] }],
    ['a check', { check: [{ key: 'a', entityName: 'ticket', conditions: at(7) }] }],
    [
      'a record that does not exist',
      { check: [{ key: 'none', entityName: 'ticket', conditions: at(1) }] },
    ],
  ])('do nothing when the condition of %s fails', async (_what, failing) => {
    const store = createSmallStore();
    await store.put('a', { version: 1 });
    const other = { set: [{ key: 'other', value: 1 }, ...('set' in failing ? failing.set : [])] };

    expect(await store.transact({ ...failing, ...other })).toEqual(FAILED);
    expect((await store.get('other')).status).toBe(404);
    expect((await store.pick('a')).body).toMatchObject({ value: { version: 1 } });
  });

  test('hold no condition on a record that does not exist, not even NOT_EXISTS', async () => {
    const conditions = { and: [{ property: 'version', condition: 'NOT_EXISTS', values: [true] }] };
    const answer = await createSmallStore().transact({
      set: [{ ...ticket('new', 1), conditions }],
    });
    expect(answer).toEqual(FAILED);
  });

  test('let exactly one of two rivals win', async () => {
    const store = createSmallStore();
    await store.put('a', { version: 1 });
    const answers = await Promise.all([
      store.transact({ set: [{ ...ticket('a', 2), conditions: at(1) }] }),
      store.transact({ set: [{ ...ticket('a', 2), conditions: at(1) }] }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  test('write nothing when one value is refused', async () => {
    const store = createSmallStore();
    const answer = await store.transact({
      set: [
        { key: 'fine', value: 1 },
        { key: 't', entityName: 'ticket', value: { version: 'x' } },
      ],
    });
    expect(answer.body).toMatchObject({ code: 'INVALID_ENTITY_VALUE' });
    expect((await store.get('fine')).status).toBe(404);
  });

  const sets = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 1 }));

  test('take 25 operations and not 26', async () => {
    const store = createSmallStore();
    expect((await store.transact({ set: sets(25) })).status).toBe(204);
    expect(await store.transact({ set: sets(26) })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('at most 25 operations') },
    });
  });

  test('use each key once, whatever the operation', async () => {
    const store = createSmallStore();
    const twice = { set: [{ key: 'k', value: 1 }], delete: [{ key: 'k' }] };
    expect((await store.transact(twice)).status).toBe(400);
    const inTwoPlaces = { set: [{ key: 'k', value: 1 }, ticket('k', 1)] };
    expect((await store.transact(inTwoPlaces)).status).toBe(204);
  });

  test('carry at most 4 MB', async () => {
    const value = 'x'.repeat(200_000);
    const big = { set: sets(25).map(({ key }) => ({ key, value })) };
    expect(await createSmallStore().transact(big)).toMatchObject({
      status: 400,
      body: { code: 'MAX_SIZE' },
    });
  });

  test('take no condition on a plain key', async () => {
    const plain = { set: [{ key: 'k', value: 1, conditions: at(1) }] };
    expect((await createSmallStore().transact(plain)).status).toBe(400);
  });

  test('need at least one operation', async () => {
    expect((await createSmallStore().transact({})).status).toBe(400);
  });
});
