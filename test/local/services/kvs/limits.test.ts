import { describe, expect, test } from '@jest/globals';
import { createSmallStore } from '../../../support/small-store';

/** Nested `levels` deep: one level is `{}`. */
const nested = (levels: number): unknown => (levels === 0 ? 'end' : { in: nested(levels - 1) });
const KEY_TOO_LONG = 'The provided key has exceeded the maximum 500 characters.';
const INVALID_KEY = 'The provided key does not match the regex: /^(?!\\s+$)[a-zA-Z0-9:._\\s-#]+$/';

describe('keys', () => {
  test.each([
    ['', 'KEY_TOO_SHORT', 'The provided key needs to be more than one character.'],
    ['k'.repeat(501), 'KEY_TOO_LONG', KEY_TOO_LONG],
    ['a/b', 'INVALID_KEY', INVALID_KEY],
    ['a\\b', 'INVALID_KEY', INVALID_KEY],
    ['naïve', 'INVALID_KEY', INVALID_KEY],
    ['   ', 'INVALID_KEY', INVALID_KEY],
  ])('refuses %j with %s in Forge’s words', async (key, code, message) => {
    expect(await createSmallStore().set(key, 1)).toEqual({ status: 400, body: { code, message } });
  });

  test.each(['k', 'k'.repeat(500), 'a:b._c-d#e f', '#', 'Release.1'])('takes %j', async (key) => {
    expect((await createSmallStore().set(key, 1)).status).toBe(204);
  });

  test('an empty key of an entity has a code of its own', async () => {
    expect(await createSmallStore().put('', {})).toEqual({
      status: 400,
      body: { code: 'EMPTY_KEY', message: 'Key cannot be empty.' },
    });
  });
});

describe('values', () => {
  const MAX_SIZE = {
    status: 400,
    body: {
      code: 'MAX_SIZE',
      message: 'The provided value has exceeded the maximum size limit.',
    },
  };

  test('take 240 KiB as JSON and no byte more', async () => {
    const store = createSmallStore();
    // Two quotes belong to the JSON text.
    expect((await store.set('fits', 'x'.repeat(240 * 1_024 - 2))).status).toBe(204);
    expect(await store.set('long', 'x'.repeat(240 * 1_024 - 1))).toEqual(MAX_SIZE);
  });

  test('are counted in bytes, not characters', async () => {
    expect(await createSmallStore().set('long', 'é'.repeat(130_000))).toEqual(MAX_SIZE);
  });

  test('of secrets take 128 KiB', async () => {
    const store = createSmallStore();
    const secret = (value: string) => store.ask('secret/set', { key: 's', value });
    expect((await secret('x'.repeat(128 * 1_024 - 2))).status).toBe(204);
    expect(await secret('x'.repeat(128 * 1_024 - 1))).toEqual(MAX_SIZE);
  });

  test('may be 31 levels deep, not 32', async () => {
    const store = createSmallStore();
    expect((await store.set('deep', nested(31))).status).toBe(204);
    expect(await store.set('deeper', nested(32))).toEqual({
      status: 400,
      body: {
        code: 'MAX_DEPTH',
        message: 'The provided value has exceeded the maximum object depth (32) limit.',
      },
    });
  });

  test('are never null or absent', async () => {
    const store = createSmallStore();
    expect((await store.set('none', null)).status).toBe(400);
    expect((await store.set('none', undefined)).status).toBe(400);
  });
});

describe('entity values', () => {
  test.each([
    ['an attribute that is not declared', { unheard: 1 }, /declares no attribute "unheard"/],
    ['a text for an integer', { version: '1' }, /"version" of ticket must be of type integer/],
    ['a fraction for an integer', { version: 1.5 }, /"version"/],
    ['an integer past 32 bits', { version: 2_147_483_648 }, /"version"/],
    ['an integer below 32 bits', { version: -2_147_483_649 }, /"version"/],
    ['an empty text', { status: '' }, /"status"/],
    ['a blank text', { status: '  ' }, /"status"/],
    ['a number for a boolean', { open: 1 }, /"open"/],
    ['a text for a float', { weight: '1' }, /"weight"/],
    ['a float below the smallest', { weight: 1e-140 }, /"weight"/],
    ['null', { notes: null }, /"notes"/],
    ['a list instead of an object', [1], /is an object/],
    ['a text instead of an object', 'text', /is an object/],
  ])('refuse %s', async (_what, value, message) => {
    const { status, body } = await createSmallStore().put('t', value);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'INVALID_ENTITY_VALUE',
      message: expect.stringMatching(message),
    });
    expect(body).toMatchObject({ message: expect.stringMatching(/^Entity values must match/) });
  });

  test('take each declared type, and leave attributes out', async () => {
    const value = {
      project: 'REL',
      version: 2_147_483_647,
      weight: 0.5,
      open: false,
      notes: [{ any: 'thing' }],
    };
    expect((await createSmallStore().put('t', value)).status).toBe(204);
  });

  test('refuse what is too long for an index', async () => {
    const { body } = await createSmallStore().put('t', { status: 'x'.repeat(901) });
    expect(body).toMatchObject({ code: 'MAX_SIZE' });
  });

  test('refuse an entity that the manifest does not declare', async () => {
    const { status, body } = await createSmallStore().ask('entity/set', {
      entityName: 'unheard',
      key: 'k',
      value: {},
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      message: expect.stringContaining('declares no entity "unheard"'),
    });
  });
});

describe('rates', () => {
  test('refuse the 1,001st request within a second with 429', async () => {
    const store = createSmallStore();
    for (let time = 0; time < 1_000; time += 1) expect((await store.get('k')).status).toBe(404);

    expect(await store.get('k')).toEqual({
      status: 429,
      body: { code: 'RATE_LIMIT_EXCEEDED', message: 'The rate limit has been exceeded.' },
    });
    store.clock.advance(1_000);
    expect((await store.get('k')).status).toBe(404);
  });

  test('count a write of 240 KiB as 25 of the 4,000 pieces of a minute', async () => {
    const store = createSmallStore();
    const value = 'x'.repeat(240 * 1_024 - 2);
    const write = async (time: number) => (await store.set(`k${time}`, value)).status;
    for (let time = 0; time < 160; time += 1) expect(await write(time)).toBe(204);

    expect(await write(160)).toBe(429);
    store.clock.advance(60_000);
    expect(await write(160)).toBe(204);
  });

  test('refuse more than 1 MB a second to one key', async () => {
    const store = createSmallStore();
    const value = 'x'.repeat(240 * 1_024 - 2);
    for (let time = 0; time < 4; time += 1) await store.set('hot', value);

    expect((await store.set('hot', value)).status).toBe(429);
    expect((await store.set('cold', value)).status).toBe(204);
  });
});

describe('the scope storage:app', () => {
  test('is needed for every call', async () => {
    const { status, body } = await createSmallStore({ allowed: false }).get('k');
    expect(status).toBe(403);
    expect(body).toMatchObject({ message: 'The app does not have the scope storage:app.' });
  });
});
