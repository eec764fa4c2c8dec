import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFixtureHost, type FixtureHost } from '../support/fixture-host';
import { START_DEADLINE_MS } from '../support/start-deadline';

jest.setTimeout(30_000);

describe('the Forge proxy', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  beforeEach(() => {
    host.small.requests.length = 0;
    host.knobs.turn({ preset: 'calm' });
  });
  afterAll(() => host.end());

  const read = { path: '/rest/api/3/issue/REL-1?fields=status' };

  test('brings a call to Jira as the app', async () => {
    expect(await host.probe('jira', read)).toEqual({ status: 200, text: '{"key":"REL-1"}' });
    const [request] = host.small.requests;
    expect(request).toMatchObject({
      method: 'GET',
      path: '/rest/api/3/issue/REL-1',
      actor: { kind: 'app', accountId: host.app.accountId },
    });
    expect(request?.query.get('fields')).toBe('status');
  });

  test('brings a call to Jira as the person', async () => {
    await host.probe('jira', { ...read, as: 'user' });
    expect(host.small.requests[0]?.actor).toEqual({
      kind: 'user',
      accountId: 'account-dev',
      throughApp: true,
    });
  });

  test('refuses asUser where there is no person', async () => {
    await expect(host.probe('jira', { ...read, as: 'user' }, '')).rejects.toThrow(
      'Authentication Required',
    );
    expect(host.small.requests).toEqual([]);
  });

  test.each([
    ['POST', '/rest/api/3/issue/REL-1/comment', 'write:jira-work'],
    ['POST', '/rest/api/3/workflows/create', 'manage:jira-configuration'],
    ['PUT', '/rest/api/3/app/field/x/value', 'write:app-data:jira'],
  ])('refuses %s %s, whose scope %s the manifest lacks', async (method, path) => {
    expect(await host.probe('jira', { path, method, body: {} })).toEqual({
      status: 401,
      text: '{"code":401,"message":"Unauthorized; scope does not match"}',
    });
    expect(host.small.requests).toEqual([]);
  });

  test.each(['/rest/api/3/unheard', '/rest/api/2/issue/REL-1', '/rest/agile/1.0/board'])(
    'answers 501 for %s and remembers the gap',
    async (path) => {
      expect(await host.probe('jira', { path })).toMatchObject({ status: 501 });
      expect(host.lines).toContain(`Not modelled: GET ${path} of Jira. See local/DIFFERENCES.md.`);
    },
  );

  test('tells the issue named bulk from the operation bulk', async () => {
    await host.probe('jira', { path: '/rest/api/3/issue/bulk', method: 'POST', body: {} });
    expect(host.small.requests).toEqual([]);
    await host.probe('jira', { path: '/rest/api/3/issue/bulk' });
    expect(host.small.requests).toHaveLength(1);
  });

  test('lets nobody in without a token of a running invocation', async () => {
    const route = `${host.proxyUrl}/fpp/provider/app/remote/jira`;
    const headers = { 'forge-proxy-target': '/rest/api/3/myself' };
    const bare = await fetch(route, { headers });
    expect(bare.status).toBe(401);
    expect(bare.headers.get('forge-proxy-error')).toBe('UNAUTHORIZED');

    const { text } = (await host.probe('token')) as { text: string };
    const late = await fetch(route, {
      headers: { ...headers, 'forge-proxy-authorization': `Bearer ${text}` },
    });
    expect(text).toMatch(/^[\w-]{32}$/);
    expect(late.status).toBe(401);
  });

  test('blocks hosts that the manifest does not declare, and reaches none in truth', async () => {
    expect(await host.probe('egress', { url: 'https://evil.example.org/x' })).toEqual({
      status: 403,
      blocked: 'BLOCKED_EGRESS',
    });
    expect(await host.probe('egress', { url: 'https://allowed.example.com/x' })).toEqual({
      status: 501,
      blocked: null,
    });
  });

  test('answers 429 with Retry-After, and 503, when the knobs say so', async () => {
    host.knobs.turn({ jira: { tooManyRequests: 1, retryAfterSeconds: 7 } });
    expect(await host.probe('jira', read)).toMatchObject({ status: 429 });
    host.knobs.turn({ jira: { tooManyRequests: 0, serverError: 1 } });
    expect(await host.probe('jira', read)).toMatchObject({ status: 503 });
  });

  test('makes transactions conflict when the knobs say so', async () => {
    host.knobs.turn({ store: { conflict: 1 } });
    const steps = [
      { path: [{ call: 'transact' }, { call: 'set', with: ['k', 1] }, { call: 'execute' }] },
    ];
    expect(await host.probe('chains', { steps })).toMatchObject([
      { error: { code: 'TRANSACTION_CONFLICT', status: 409 } },
    ]);
  });

  test('answers 501 for a capability that it does not have', async () => {
    expect(await host.probe('realtime')).toMatchObject({ status: 501 });
  });
});
