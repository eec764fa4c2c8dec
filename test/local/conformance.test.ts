/** The real @forge/kvs, bundled by the real bundler, against our store: what an app's author sees. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { chain, runChains, startFixtureHost, type FixtureHost } from '../support/fixture-host';
import { START_DEADLINE_MS } from '../support/start-deadline';

jest.setTimeout(30_000);

const equal = (value: unknown) => ({ condition: 'EQUAL_TO', values: [value] });
const ticket = (values: object) => ({ project: 'REL', status: 'open', version: 1, ...values });

describe('@forge/kvs 1.6.5 on Local Jira', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  afterAll(() => host.end());

  test('reads what it wrote, and undefined for what is not there', async () => {
    const answers = await runChains(
      host,
      chain('set', ['a', { deep: [1, true, 'x'] }]),
      chain('get', ['a']),
      chain('get', ['nothing']),
      chain('delete', ['a']),
      chain('get', ['a']),
      chain('delete', ['a']),
    );
    expect(answers).toEqual([{}, { value: { deep: [1, true, 'x'] } }, {}, {}, {}, {}]);
  });

  test('shows times to those who ask for them', async () => {
    const fields = { metadataFields: ['CREATED_AT', 'UPDATED_AT', 'EXPIRE_TIME'] };
    const [, answer] = await runChains(
      host,
      chain('set', ['timed', 1, { ttl: { value: 1, unit: 'HOURS' } }]),
      chain('get', ['timed', fields]),
    );
    expect(answer?.value).toEqual({
      key: 'timed',
      value: 1,
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
      expireTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  test('refuses to create twice with status 409', async () => {
    const create = chain('set', ['once', 1, { keyPolicy: 'FAIL_IF_EXISTS' }]);
    const [first, second] = await runChains(host, create, create);
    expect(first).toEqual({});
    expect(second?.error).toMatchObject({ status: 409 });
  });

  test('gives the previous value back', async () => {
    const options = { keyPolicy: 'OVERRIDE', returnValue: 'PREVIOUS' };
    const [, answer] = await runChains(
      host,
      chain('set', ['swap', 'old']),
      chain('set', ['swap', 'new', options]),
    );
    expect(answer).toEqual({ value: { key: 'swap', value: 'old' } });
  });

  test('keeps secrets apart', async () => {
    const answers = await runChains(
      host,
      chain('setSecret', ['token', 's3cret']),
      chain('getSecret', ['token']),
      chain('get', ['token']),
      chain('deleteSecret', ['token']),
      chain('getSecret', ['token']),
    );
    expect(answers).toEqual([{}, { value: 's3cret' }, {}, {}, {}]);
  });

  test('lists keys by prefix, page by page', async () => {
    const keys = ['list:1', 'list:2', 'list:3'];
    await runChains(host, ...keys.map((key) => chain('set', [key, key])));
    const begins = { condition: 'BEGINS_WITH', values: ['list:'] };
    const query = [chain('query').path, chain('where', ['key', begins]).path];
    const [first] = await runChains(host, {
      path: [...query.flat(), { call: 'limit', with: [2] }, { call: 'getMany' }],
    });
    expect(first?.value).toMatchObject({ results: [{ key: 'list:1' }, { key: 'list:2' }] });
    const { nextCursor } = first?.value as { nextCursor: string };
    const [second] = await runChains(host, {
      path: [...query.flat(), { call: 'cursor', with: [nextCursor] }, { call: 'getMany' }],
    });
    expect(second?.value).toMatchObject({ results: [{ key: 'list:3', value: 'list:3' }] });
    expect(second?.value).not.toHaveProperty('nextCursor');
  });

  test('queries an index with partition, range, filter and order', async () => {
    const put = (key: string, values: object) =>
      chain('entity', ['ticket'], 'set', [key, ticket(values)]);
    const [, , , answer] = await runChains(
      host,
      put('q1', { project: 'Q', version: 1 }),
      put('q2', { project: 'Q', version: 2, status: 'done' }),
      put('q3', { project: 'Q', version: 3 }),
      chain(
        ...['entity', ['ticket']],
        ...['query', 'index', ['by-project', { partition: ['Q'] }]],
        ...['where', [{ condition: 'GREATER_THAN_EQUAL_TO', values: [1] }]],
        ...['filters', [{ $and: [['status', equal('open')]] }]],
        ...['sort', ['DESC'], 'getMany'],
      ),
    );
    expect(answer?.value).toMatchObject({ results: [{ key: 'q3' }, { key: 'q1' }] });
  });

  test('changes a record only from the version that it read', async () => {
    const from = (version: number) =>
      chain(
        'transact',
        'set',
        [
          'cas',
          ticket({ version: version + 1 }),
          { entityName: 'ticket', conditions: { $and: [['version', equal(version)]] } },
        ],
        'execute',
      );
    const [, won, lost, stored] = await runChains(
      host,
      chain('entity', ['ticket'], 'set', ['cas', ticket({})]),
      from(1),
      from(1),
      chain('entity', ['ticket'], 'get', ['cas']),
    );
    expect(won).toEqual({});
    expect(lost?.error).toMatchObject({ code: 'CONDITIONAL_CHECK_FAILED', status: 409 });
    expect(stored?.value).toMatchObject({ version: 2 });
  });

  test('checks one record while it writes another', async () => {
    const check = (version: number) =>
      chain(
        ...['transact', 'set', ['beside', 'written']],
        ...[
          'check',
          ['guard', { entityName: 'ticket', conditions: { $or: [['version', equal(version)]] } }],
        ],
        'execute',
      );
    const [, refused, nothing, done, something] = await runChains(
      host,
      chain('entity', ['ticket'], 'set', ['guard', ticket({ version: 4 })]),
      check(5),
      chain('get', ['beside']),
      check(4),
      chain('get', ['beside']),
    );
    expect(refused?.error).toMatchObject({ status: 409 });
    expect(nothing).toEqual({});
    expect(done).toEqual({});
    expect(something).toEqual({ value: 'written' });
  });

  test('turns a refusal into the SDK’s error with Forge’s code and words', async () => {
    const [answer] = await runChains(host, chain('set', ['bad/key', 1]));
    expect(answer?.error).toMatchObject({
      code: 'INVALID_KEY',
      status: 400,
      message: 'The provided key does not match the regex: /^(?!\\s+$)[a-zA-Z0-9:._\\s-#]+$/',
    });
  });

  test('batches', async () => {
    const [written, read, deleted] = await runChains(
      host,
      chain('batchSet', [
        [
          { key: 'b1', value: 1 },
          { key: 'b/2', value: 2 },
        ],
      ]),
      chain('batchGet', [[{ key: 'b1' }, { key: 'b3' }]]),
      chain('batchDelete', [[{ key: 'b1' }, { key: 'b3' }]]),
    );
    expect(written?.value).toMatchObject({
      successfulKeys: [{ key: 'b1' }],
      failedKeys: [{ key: 'b/2' }],
    });
    expect(read?.value).toMatchObject({
      successfulKeys: [{ key: 'b1', value: 1 }],
      failedKeys: [{ key: 'b3' }],
    });
    expect(deleted?.value).toMatchObject({
      successfulKeys: [{ key: 'b1' }, { key: 'b3' }],
      failedKeys: [],
    });
  });

  test('counts what a call cost', async () => {
    await runChains(
      host,
      chain('set', ['cost', 1]),
      chain('get', ['cost']),
      chain('query', 'getMany'),
    );
    expect(host.recentCalls().at(-1)?.usage).toEqual({
      storeReads: 2,
      storeWrites: 1,
      jiraCalls: 0,
      egressCalls: 0,
    });
  });
});
