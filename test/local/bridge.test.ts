import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startFixtureHost, type FixtureHost } from '../support/fixture-host';
import { ADMIN, DEV } from '../support/small-jira';
import { START_DEADLINE_MS } from '../support/start-deadline';

jest.setTimeout(30_000);

describe('a page’s invoke', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  afterAll(() => host.end());

  const invoke = async (body: object, headers: Record<string, string> = DEV) => {
    const response = await fetch(`${host.siteUrl}/gateway/forge/invoke`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const whoami = {
    moduleKey: 'panel',
    functionKey: 'whoami',
    payload: { a: 1 },
    context: { issueKey: 'REL-1' },
  };

  test('reaches the resolver as the signed-in person, in a context that the host built', async () => {
    const { status, body } = await invoke({
      ...whoami,
      // What a page says about itself does not count.
      accountId: 'somebody-else',
      extension: { issue: { id: '666' } },
    });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      body: {
        payload: { a: 1 },
        context: {
          accountId: 'account-dev',
          moduleKey: 'panel',
          siteUrl: host.siteUrl,
          cloudId: host.small.parts.cloudId,
          environmentType: 'DEVELOPMENT',
          extension: {
            type: 'jira:issuePanel',
            issue: { id: '10001', key: 'REL-1', type: 'Release', typeId: '1' },
            project: { id: '10000', key: 'REL', type: 'software' },
          },
          installContext: expect.stringMatching(/^ari:cloud:jira::site\//),
        },
      },
    });
  });

  test('is refused to nobody', async () => {
    expect(await invoke(whoami, {})).toEqual({
      status: 401,
      body: { error: 'You are not signed in.' },
    });
  });

  test('is refused on an issue that the person may not see', async () => {
    const hidden = { ...whoami, context: { issueKey: 'REL-2' } };
    expect((await invoke(hidden)).status).toBe(404);
    expect((await invoke(hidden, ADMIN)).status).toBe(200);
  });

  test('gives the resolver’s error in the words of the bridge', async () => {
    expect(await invoke({ ...whoami, functionKey: 'refuse' })).toEqual({
      status: 500,
      body: { error: 'There was an error invoking the function - not today' },
    });
    expect((await invoke({ ...whoami, functionKey: 'unheard' })).body).toEqual({
      error: "There was an error invoking the function - Resolver has no definition for 'unheard'.",
    });
  });

  test('needs a module with a resolver', async () => {
    expect((await invoke({ ...whoami, moduleKey: 'unheard' })).status).toBe(404);
  });

  test('carries at most 500 KB', async () => {
    const { status } = await invoke({ ...whoami, payload: 'x'.repeat(500 * 1_024) });
    expect(status).toBe(413);
  });

  test('must be JSON of the right shape', async () => {
    expect((await invoke({})).status).toBe(400);
  });
});
