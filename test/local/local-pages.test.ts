import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startFixtureHost, type FixtureHost } from '../support/fixture-host';
import { ADMIN, DEV } from '../support/small-jira';
import { START_DEADLINE_MS } from '../support/start-deadline';

jest.setTimeout(30_000);

describe('/local', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  afterAll(() => host.end());

  const ask = async (path: string, body?: object, headers: Record<string, string> = ADMIN) => {
    const response = await fetch(`${host.siteUrl}/local/${path}`, {
      headers,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  test.each(['info', 'knobs', 'clock', 'gaps', 'calls', 'deliveries'])(
    '%s is for admins only',
    async (path) => {
      expect((await ask(path, undefined, {})).status).toBe(401);
      expect((await ask(path, undefined, DEV)).status).toBe(403);
      expect((await ask(path)).status).toBe(200);
    },
  );

  test('info names the addresses', async () => {
    expect((await ask('info')).body).toMatchObject({
      siteUrl: host.siteUrl,
      proxyUrl: host.proxyUrl,
      webTriggers: host.webTriggerUrls(),
      workers: 3,
    });
  });

  test('knobs are turned while the host runs', async () => {
    const { body } = await ask('knobs', { preset: 'rude', postFunctions: { lost: 1 } });
    expect(body).toMatchObject({
      postFunctions: { leastMs: 200, mostMs: 1_500, doubled: 0.05, lost: 1 },
      queries: { staleMs: 2_000 },
    });
    expect(host.knobs.current().postFunctions.lost).toBe(1);

    expect(await ask('knobs', { postFunctions: { lost: 5 } })).toMatchObject({
      status: 400,
      body: { errorMessages: [expect.stringContaining('The knobs were not turned')] },
    });
    expect((await ask('knobs', { preset: 'calm' })).body).toMatchObject({
      queries: { staleMs: 0 },
    });
  });

  test('clock is skipped ahead', async () => {
    const before = host.clock.now();
    expect((await ask('clock', { skipSeconds: 120 })).status).toBe(200);
    expect(host.clock.now() - before).toBeGreaterThanOrEqual(120_000);
    expect((await ask('clock', { skipSeconds: -1 })).status).toBe(400);
  });

  test('calls and gaps show what happened', async () => {
    await host.probe('jira', { path: '/rest/nowhere' });
    expect((await ask('calls')).body).toContainEqual(
      expect.objectContaining({ functionKey: 'probe', outcome: 'returned' }),
    );
    expect((await ask('gaps')).body).toEqual([{ what: 'GET /rest/nowhere of Jira', times: 1 }]);
  });

  test('everything else goes to Jira', async () => {
    await ask('force-status', { issue: 'REL-1' });
    expect(host.small.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/local/force-status',
      actor: { kind: 'user', accountId: 'account-admin', throughApp: false },
    });
  });
});
