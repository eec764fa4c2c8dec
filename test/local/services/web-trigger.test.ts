import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startFixtureHost, type FixtureHost } from '../../support/fixture-host';
import { START_DEADLINE_MS } from '../../support/start-deadline';

jest.setTimeout(30_000);

describe('web triggers', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  afterAll(() => host.end());

  const doorUrl = () => host.webTriggerUrls()['door'] ?? '';
  const knock = (body: string) => fetch(doorUrl(), { method: 'POST', body });

  test('have one address each, in the form of version 2, which stays', async () => {
    expect(doorUrl()).toMatch(new RegExp(`^${host.siteUrl}/public/[0-9a-f-]{36}$`));
    expect(host.webTriggerUrls()['canned']).not.toBe(doorUrl());
    expect(await host.probe('url', { key: 'door' })).toBe(doorUrl());
  });

  test('give the function the request in Forge’s shape', async () => {
    const response = await fetch(
      `${doorUrl()}/hello/world?apples=green,red&grapes=green&grapes=blue`,
      {
        method: 'PUT',
        body: '{"a": 1}',
        headers: { 'X-Mixed-Case': 'kept' },
      },
    );
    const { pathname } = new URL(doorUrl());

    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      path: `${pathname}/hello/world`,
      userPath: '/hello/world',
      queryParameters: { apples: ['green', 'red'], grapes: ['green', 'blue'] },
      body: '{"a": 1}',
      headers: { 'X-Mixed-Case': ['kept'] },
    });
  });

  test('leave userPath empty and the body out where there is none', async () => {
    const request = (await (await fetch(doorUrl())).json()) as object;
    expect(request).toMatchObject({ method: 'GET', userPath: '', queryParameters: {} });
    expect(request).not.toHaveProperty('body');
  });

  test('send headers back, repeated ones too, and Forge’s rate headers', async () => {
    const { headers } = await knock('x');
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('x-twice')).toBe('a, b');
    expect(headers.get('x-ratelimit-limit')).toBe('5000');
    expect(Number(headers.get('x-ratelimit-remaining'))).toBeLessThan(5_000);
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(0);
  });

  test('answer 500 for a result of another shape and say so in the log', async () => {
    expect((await knock('malformed')).status).toBe(500);
    expect(host.lines).toContain(
      '[open-door] answered web trigger "door" in a shape that Forge does not know.',
    );
  });

  test('answer 424 when the function throws', async () => {
    expect((await knock('throw')).status).toBe(424);
  });

  test('of the static kind answer what the manifest declares', async () => {
    const response = await fetch(host.webTriggerUrls()['canned'] ?? '');
    expect(response.status).toBe(202);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toBe('accepted');
  });

  test('refuse more than 5 MB', async () => {
    expect((await knock('x'.repeat(5 * 1_024 * 1_024 + 1))).status).toBe(413);
  });

  test('are not found under an unknown or a former address', async () => {
    expect((await fetch(`${host.siteUrl}/public/unheard`)).status).toBe(404);
    const former = doorUrl();
    const renewed = await host.probe('url', { key: 'door', forceCreate: true });
    expect(renewed).not.toBe(former);
    expect((await fetch(former)).status).toBe(404);
    expect((await knock('x')).status).toBe(201);
  });
});
