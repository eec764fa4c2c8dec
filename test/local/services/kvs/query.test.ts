import { describe, expect, test } from '@jest/globals';
import { createSmallStore, keysOf, type Answer } from '../../../support/small-store';

const cursorOf = ({ body }: Answer) => (body as { cursor?: string }).cursor;
const where = (condition: string, ...values: unknown[]) => ({ condition, values });

async function withTickets(count = 5) {
  const store = createSmallStore();
  for (let version = 1; version <= count; version += 1) {
    await store.put(`t${version}`, {
      project: version % 2 === 0 ? 'EVEN' : 'ODD',
      status: version < 3 ? 'open' : 'done',
      version,
      open: version < 3,
    });
  }
  return store;
}

describe('queries over plain keys', () => {
  const query = (store: ReturnType<typeof createSmallStore>, request: object) =>
    store.ask('query', request);
  const prefix = (value: string) => [{ property: 'key', ...where('BEGINS_WITH', value) }];

  test('list keys with a prefix in the order of their bytes', async () => {
    const store = createSmallStore();
    for (const key of ['b', 'a:2', 'a:10', 'A', 'a_', 'a']) await store.set(key, key);

    expect(keysOf(await query(store, {}))).toEqual(['A', 'a', 'a:10', 'a:2', 'a_', 'b']);
    expect(keysOf(await query(store, { where: prefix('a:') }))).toEqual(['a:10', 'a:2']);
    // _ and % mean nothing special.
    expect(keysOf(await query(store, { where: prefix('a_') }))).toEqual(['a_']);
  });

  test('give ten at a time unless asked, and follow the cursor to the end', async () => {
    const store = createSmallStore();
    for (let index = 0; index < 25; index += 1) await store.set(`k${index}`, index);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await query(store, { after: cursor });
      expect(keysOf(page).length).toBeLessThanOrEqual(10);
      seen.push(...keysOf(page));
      cursor = cursorOf(page);
    } while (cursor !== undefined);

    expect(new Set(seen).size).toBe(25);
    expect(seen).toEqual([...seen].sort());
  });

  test('never show secrets or entities', async () => {
    const store = createSmallStore();
    await store.ask('secret/set', { key: 's', value: 1 });
    await store.put('t', {});
    expect(keysOf(await query(store, {}))).toEqual([]);
  });

  test.each([
    [{ limit: 101 }, 'LIST_QUERY_LIMIT_EXCEEDED', 'Limit for list query should be below 100.'],
    [
      { where: [...prefix('a'), ...prefix('b')] },
      'QUERY_WHERE_INVALID',
      'KVS queries should contain only a single "where" clause.',
    ],
    [
      { where: [{ property: 'value', ...where('BEGINS_WITH', 'a') }] },
      'QUERY_WHERE_FIELD_INVALID',
      'The specified field is not supported for filters.',
    ],
    [
      { where: [{ property: 'key', ...where('EQUAL_TO', 'a') }] },
      'INVALID_FILTER_CONDITION',
      'The specified condition is not supported for filters.',
    ],
    [
      { where: [{ property: 'key', ...where('BEGINS_WITH', 'a', 'b') }] },
      'INVALID_FILTER_VALUES',
      'The specified number of values are not supported by the given condition.',
    ],
  ])('refuse %j with %s', async (request, code, message) => {
    expect(await query(createSmallStore(), request)).toEqual({
      status: 400,
      body: { code, message },
    });
  });
});

describe('queries over an index', () => {
  test('give one partition, sorted by the range', async () => {
    const store = await withTickets();
    const request = { indexName: 'by-project', partition: ['ODD'] };

    expect(keysOf(await store.list(request))).toEqual(['t1', 't3', 't5']);
    expect(keysOf(await store.list({ ...request, sort: 'DESC' }))).toEqual(['t5', 't3', 't1']);
  });

  test.each([
    [where('EQUAL_TO', 3), ['t3']],
    [where('GREATER_THAN', 3), ['t5']],
    [where('GREATER_THAN_EQUAL_TO', 3), ['t3', 't5']],
    [where('LESS_THAN', 3), ['t1']],
    [where('LESS_THAN_EQUAL_TO', 3), ['t1', 't3']],
    [where('BETWEEN', 2, 4), ['t3']],
  ])('compare the range: %j', async (range, keys) => {
    const store = await withTickets();
    expect(
      keysOf(await store.list({ indexName: 'by-project', partition: ['ODD'], range })),
    ).toEqual(keys);
  });

  test('use a plain attribute as an index of that name', async () => {
    const store = await withTickets();
    const range = where('BEGINS_WITH', 'op');
    expect(keysOf(await store.list({ indexName: 'status', range }))).toEqual(['t1', 't2']);
  });

  test('partition by a boolean', async () => {
    const store = await withTickets();
    const open = { indexName: 'by-open', partition: [true] };
    expect(keysOf(await store.list(open))).toEqual(['t1', 't2']);
  });

  test('have the index by-key without declaring it', async () => {
    const store = await withTickets();
    const range = where('GREATER_THAN', 't3');
    expect(keysOf(await store.list({ indexName: 'by-key', range }))).toEqual(['t4', 't5']);
  });

  test('leave out records that lack an attribute of the index', async () => {
    const store = await withTickets();
    await store.put('bare', { project: 'ODD' });
    const keys = keysOf(await store.list({ indexName: 'by-project', partition: ['ODD'] }));
    expect(keys).not.toContain('bare');
  });

  test('page through equal range values without losing or doubling one', async () => {
    const store = createSmallStore();
    for (let index = 0; index < 30; index += 1) {
      await store.put(`t${String(index).padStart(2, '0')}`, { project: 'P', version: 7 });
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list({
        indexName: 'by-project',
        partition: ['P'],
        sort: 'DESC',
        limit: 7,
        cursor,
      });
      seen.push(...keysOf(page));
      cursor = cursorOf(page);
    } while (cursor !== undefined);

    expect(seen).toHaveLength(30);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  test('filter a page after it was cut, so that an empty page may have a cursor', async () => {
    const store = await withTickets();
    const page = await store.list({
      indexName: 'by-key',
      limit: 2,
      filters: { and: [{ property: 'version', ...where('GREATER_THAN', 4) }] },
    });

    expect(keysOf(page)).toEqual([]);
    expect(cursorOf(page)).toBeDefined();
  });

  test.each([
    [{ and: [{ property: 'status', ...where('NOT_EQUAL_TO', 'open') }] }, ['t3', 't4', 't5']],
    [{ and: [{ property: 'status', ...where('CONTAINS', 'pe') }] }, ['t1', 't2']],
    [{ and: [{ property: 'status', ...where('NOT_CONTAINS', 'pe') }] }, ['t3', 't4', 't5']],
    [{ and: [{ property: 'weight', ...where('EXISTS', true) }] }, []],
    [
      { and: [{ property: 'weight', ...where('NOT_EXISTS', true) }] },
      ['t1', 't2', 't3', 't4', 't5'],
    ],
    [
      {
        or: [
          { property: 'version', ...where('EQUAL_TO', 1) },
          { property: 'version', ...where('BETWEEN', 4, 5) },
        ],
      },
      ['t1', 't4', 't5'],
    ],
    [
      {
        and: [
          { property: 'open', ...where('EQUAL_TO', true) },
          { property: 'version', ...where('GREATER_THAN_EQUAL_TO', 2) },
        ],
      },
      ['t2'],
    ],
  ])('filter by %j', async (filters, keys) => {
    const store = await withTickets();
    expect(keysOf(await store.list({ indexName: 'by-key', filters }))).toEqual(keys);
  });

  test.each([
    [{ indexName: 'unheard' }, 400, 'INVALID_ENTITY_INDEX'],
    [{ indexName: 'by-key', limit: 0 }, 400, 'COMPLEX_QUERY_PAGE_LIMIT_NOT_IN_RANGE'],
    [{ indexName: 'by-key', limit: 101 }, 400, 'COMPLEX_QUERY_PAGE_LIMIT_NOT_IN_RANGE'],
    [{ indexName: 'by-key', filters: { and: [] } }, 400, 'EMPTY_FILTER_OPERATOR'],
    [
      {
        indexName: 'by-key',
        filters: {
          and: [{ property: 'version', ...where('EQUAL_TO', 1) }],
          or: [{ property: 'version', ...where('EQUAL_TO', 1) }],
        },
      },
      400,
      'INVALID_FILTER_OPERATORS_COMBINATION',
    ],
    [
      {
        indexName: 'by-key',
        filters: { and: [{ property: 'version', ...where('BETWEEN', 1) }] },
      },
      400,
      'INSUFFICIENT_FILTER_VALUES',
    ],
    [
      { indexName: 'by-key', filters: { and: [{ property: 'notes', ...where('EQUAL_TO', 1) }] } },
      422,
      'UNPROCESSABLE_ENTITY',
    ],
    [
      { indexName: 'by-key', filters: { and: [{ property: 'open', ...where('CONTAINS', 'x') }] } },
      400,
      'INVALID_FILTER_CONDITION',
    ],
    [{ indexName: 'by-project' }, 400, 'BAD_REQUEST'],
    [{ indexName: 'by-project', partition: [5] }, 400, 'BAD_REQUEST'],
    [{ indexName: 'by-key', cursor: 'nonsense' }, 400, 'BAD_REQUEST'],
  ])('refuse %j with %i %s', async (request, status, code) => {
    const answer = await createSmallStore().list(request);
    expect(answer).toMatchObject({ status, body: { code } });
  });
});

describe('stale queries', () => {
  const stale = () => createSmallStore({ staleMs: () => 2_000 });
  const all = { indexName: 'by-project', partition: ['P'] };

  test('do not show a new record for two seconds, while get does', async () => {
    const store = stale();
    await store.put('t', { project: 'P', version: 1 });

    expect((await store.pick('t')).status).toBe(200);
    expect(keysOf(await store.list(all))).toEqual([]);
    store.clock.advance(1_999);
    expect(keysOf(await store.list(all))).toEqual([]);
    store.clock.advance(1);
    expect(keysOf(await store.list(all))).toEqual(['t']);
  });

  test('show the value that was there, where it was', async () => {
    const store = stale();
    await store.put('t', { project: 'P', version: 1 });
    store.clock.advance(5_000);
    await store.put('t', { project: 'Q', version: 2 });
    store.clock.advance(1_000);
    await store.put('t', { project: 'Q', version: 3 });

    const before = await store.list(all);
    expect(before.body).toMatchObject({ data: [{ value: { project: 'P', version: 1 } }] });
    store.clock.advance(1_000);
    expect(keysOf(await store.list(all))).toEqual([]);
    const after = await store.list({ ...all, partition: ['Q'] });
    expect(after.body).toMatchObject({ data: [{ value: { version: 2 } }] });
  });

  test('show a deleted record for two seconds', async () => {
    const store = stale();
    await store.set('k', 'old');
    store.clock.advance(5_000);
    await store.ask('delete', { key: 'k' });

    expect((await store.get('k')).status).toBe(404);
    expect((await store.ask('query', {})).body).toMatchObject({
      data: [{ key: 'k', value: 'old' }],
    });
    store.clock.advance(2_000);
    expect(keysOf(await store.ask('query', {}))).toEqual([]);
  });
});
