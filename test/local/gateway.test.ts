import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startFixtureHost, type FixtureHost } from '../support/fixture-host';
import { ADMIN, DEV } from '../support/small-jira';
import { START_DEADLINE_MS } from '../support/start-deadline';

jest.setTimeout(30_000);

let host: FixtureHost;
beforeAll(async () => {
  host = await startFixtureHost();
}, START_DEADLINE_MS);
beforeEach(() => {
  host.small.requests.length = 0;
});
afterAll(() => host.end());

async function ask(door: string, about: object, headers: Record<string, string> = DEV) {
  const response = await fetch(`${host.siteUrl}/gateway/forge/${door}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ moduleKey: 'panel', context: { issueKey: 'REL-1' }, ...about }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('the gateway', () => {
  test('tells a page where it stands', async () => {
    expect(await ask('context', {})).toMatchObject({
      status: 200,
      body: {
        context: {
          accountId: 'account-dev',
          moduleKey: 'panel',
          siteUrl: host.siteUrl,
          extension: { type: 'jira:issuePanel', issue: { key: 'REL-1' } },
        },
      },
    });
    expect((await ask('context', {}, {})).status).toBe(401);
    expect((await ask('context', { context: { issueKey: 'REL-2' } })).status).toBe(404);
  });

  test('refuses pages of another origin, even on this machine', async () => {
    // A page has the person’s cookie; a client with a token may come from anywhere.
    const foreign = await ask('context', {}, { origin: host.pagesUrl });
    expect(foreign).toEqual({ status: 403, body: { error: 'This page may not ask here.' } });
    expect((await ask('context', {}, { origin: host.siteUrl })).status).toBe(401);
    expect((await ask('context', {}, { ...DEV, origin: host.pagesUrl })).status).toBe(200);
  });

  test('notes what the bridge does not model', async () => {
    expect((await ask('gap', { name: 'openRovo' })).status).toBe(200);
    const gaps = await fetch(`${host.siteUrl}/local/gaps`, { headers: ADMIN });
    expect(await gaps.json()).toContainEqual({
      what: "the bridge's openRovo, called by panel",
      times: 1,
    });
    expect((await ask('gap', { name: 'x'.repeat(101) })).status).toBe(400);
  });
});

describe('requestJira of a page', () => {
  const read = {
    product: 'jira',
    restPath: '/rest/api/3/issue/REL-1?fields=status',
    method: 'GET',
    headers: [
      ['Accept', 'application/json'],
      ['Authorization', 'Basic forged'],
      ['Cookie', 'forged'],
    ],
    body: null,
    isMultipartFormData: false,
  };

  test('runs as the person through the app, without what a page must not set', async () => {
    expect(await ask('fetch-product', read)).toEqual({
      status: 200,
      body: {
        status: 200,
        statusText: '',
        isAttachment: false,
        headers: { 'content-type': 'application/json' },
        body: '{"key":"REL-1"}',
      },
    });
    const [request] = host.small.requests;
    expect(request?.actor).toEqual({ kind: 'user', accountId: 'account-dev', throughApp: true });
    expect(request?.query.get('fields')).toBe('status');
    expect(request?.headers).toEqual({ accept: 'application/json' });
  });

  test('needs the app’s scopes', async () => {
    const write = { ...read, method: 'PUT', body: '{}' };

    expect((await ask('fetch-product', write)).body).toMatchObject({ status: 401 });
    expect(host.small.requests).toEqual([]);
  });

  test('has Jira’s own addresses only', async () => {
    const elsewhere = { ...read, restPath: '/local/knobs' };
    expect((await ask('fetch-product', elsewhere)).body).toMatchObject({ status: 501 });
    expect(
      (await ask('fetch-product', { ...read, restPath: '//evil.example/' })).body,
    ).toMatchObject({ status: 501 });
    expect((await ask('fetch-product', { ...read, restPath: 'https://evil.example' })).status).toBe(
      400,
    );
    expect((await ask('fetch-product', { ...read, product: 'confluence' })).status).toBe(501);
    expect(host.small.requests).toEqual([]);
  });
});
