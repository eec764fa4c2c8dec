/** A site on three hosts with the real helper, a real store and the agent's real configuration. */
import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalText } from '#core/canonical';
import type { ConfigChange, KeyChange } from '#core/content';
import type { Plan } from '#core/plan';
import type { RunStage } from '#core/plan-step';
import { liveAgent } from '../../../agent/agent-loop';
import { createCentres } from '../../../agent/centres/centres';
import { withConfiguration } from '../../../agent/centres/configured-artifacts';
import { createSecrets } from '../../../agent/centres/secrets';
import { machineClock } from '../../../agent/clock';
import { hostHelper } from '../../../agent/host/helper-text';
import { openSession } from '../../../agent/host/host-session';
import { sha256Hex } from '../../../agent/keys';
import { createArtifacts } from '../../../agent/packages';
import { localTransport } from '../../../agent/transports/local';
import { aJournal, anAgent } from '../support/an-agent';
import { createFakeApp } from '../support/fake-app';
import type { FakeApp } from '../support/fake-app';
import { aPlan } from '../support/plans';
import { realHosts } from '../support/real-hosts';
import { aPackage, scratch, SLEEPS_FOREVER } from '../support/scratch';

const HOSTS = ['web-1', 'web-2', 'web-3'];
const PASSWORD = 'canary-7f3d91-password';

const directory = scratch();
const service = (version: string, more: Readonly<Record<string, string>> = {}) => ({
  'bin/run': SLEEPS_FOREVER,
  VERSION: version,
  ...more,
});

/** Says that it has run, where the host's own files are. */
const BOOT = '#!/bin/sh\necho "$INTERLOCK_VERSION" >>../../booted\n';

let worlds = 0;

function aWorld() {
  worlds += 1;
  const home = join(directory, `world-${worlds}`);
  const store = join(home, 'packages');
  mkdirSync(store, { recursive: true });
  const packages = {
    '1.0.0': aPackage(store, 'shop-1.0.0', service('1.0.0')),
    '1.1.0': aPackage(store, 'shop-1.1.0', service('1.1.0')),
    '1.1.1': aPackage(store, 'shop-1.1.1', service('1.1.1', { 'bin/boot': BOOT })),
    '1.2.0': aPackage(store, 'shop-1.2.0', service('1.2.0', { SICK: '' })),
  };
  const hosts = realHosts(join(home, 'hosts'), '/srv/shop');
  const { journal, database } = aJournal();
  const secrets = { directory: join(home, 'state/secrets'), keyFile: join(home, 'state/key') };
  const centres = createCentres(
    [{ id: 'files', environments: ['SIT'], kind: 'files', directory: join(home, 'centre') }],
    { secrets, merged: join(home, 'state/merged') },
  );
  const stores = [{ id: 'packages', kind: 'directory' as const, path: store }];
  const texts = new Map<string, string>();
  let jobs = 0;

  /** What changes these keys in a namespace of the shop. */
  const aChange = (namespace: string, changes: readonly KeyChange[]): ConfigChange => {
    const text = canonicalText(changes);
    texts.set(sha256Hex(text), text);
    const ref = { sha256: sha256Hex(text), bytes: Buffer.byteLength(text) };
    const place = { centre: 'files', application: 'shop', namespace };
    const id = namespace.replaceAll('.', '-');
    return { id, ...place, changes: ref, keys: changes.length, byHand: false };
  };

  const planOf = (
    version: keyof typeof packages,
    config: readonly ConfigChange[] = [],
    startScript?: string,
  ): Plan => {
    const more = startScript === undefined ? {} : { startScript };
    return aPlan(HOSTS, { version, artifactSha256: packages[version].digest, config, ...more });
  };

  const run = async (stage: RunStage, plan: Plan, fence?: number): Promise<FakeApp> => {
    jobs += 1;
    const job = { stage, job: `10001.${jobs}`, firstFence: fence ?? jobs };
    const app = createFakeApp(machineClock, plan, job);
    for (const [digest, text] of texts) app.texts.set(digest, text);
    const parts = { clock: machineClock, app, fleet: hosts, journal, centres };
    const { limits } = anAgent(parts).settings;
    const plain = createArtifacts({ file: 'agent.yml', hosts: [], stores }, limits);
    const workshop = { centres, limits, directory: join(home, 'state/workshop') };
    const agent = anAgent({ ...parts, artifacts: withConfiguration(plain, workshop) });
    const stopping = new AbortController();
    const watch = async (): Promise<void> => {
      while (app.outcome === null && !stopping.signal.aborted)
        await machineClock.sleep(20, stopping.signal);
      stopping.abort();
    };
    const life = liveAgent(agent, stopping.signal).finally(() => stopping.abort());
    await Promise.all([life, watch()]);
    return app;
  };

  const stateOf = async (host: string) => {
    const options = { helper: hostHelper(), name: host, actSeconds: 20, releasesKept: 5 };
    const answer = await openSession(localTransport(), options).state(hosts.path(host), 0);
    if (answer.kind !== 'done') throw new Error(answer.kind);
    return answer.facts;
  };

  return { home, hosts, packages, store, secrets, database, aChange, planOf, run, stateOf };
}

/** What a machine's end does to a service; the record of it stays. */
function endService(base: string): void {
  const pid = Number(readFileSync(join(base, '.interlock/run'), 'utf8').split(' ')[1]);
  process.kill(-pid, 'SIGKILL');
}

describe('a site on three hosts', () => {
  test('a broken version stops at the first host, is brought back, and the others are never touched [S2-46]', async () => {
    const world = aWorld();
    const { hosts, planOf, run, stateOf } = world;
    expect((await run('CODE', planOf('1.0.0'))).outcome).toEqual({ kind: 'succeeded' });
    const before = hosts.acts.length;

    const app = await run('CODE', planOf('1.2.0'));

    expect(app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'health' } });
    for (const host of HOSTS) {
      expect(await stateOf(host)).toMatchObject({
        current: { version: '1.0.0' },
        process: 'running',
        processDigest: world.packages['1.0.0'].digest,
      });
    }
    const acts = hosts.acts.slice(before);
    expect(acts.filter((act) => !act.includes(' stage '))).toEqual([
      'web-1 activate 1.2.0',
      'web-1 start 1.2.0',
      'web-1 reactivate 1.0.0',
      'web-1 start 1.0.0',
    ]);
    expect((await stateOf('web-2')).previous).toBeNull();

    const after = hosts.acts.length;
    expect((await run('ROLLBACK', planOf('1.2.0'))).outcome).toEqual({ kind: 'succeeded' });
    expect(hosts.acts.slice(after)).toEqual([]);
  }, 60_000);

  test('goes back from the hosts’ own files while the store is down', async () => {
    const { planOf, run, stateOf, store, packages } = aWorld();
    await run('CODE', planOf('1.0.0'));
    expect((await run('CODE', planOf('1.1.0'))).outcome).toEqual({ kind: 'succeeded' });
    renameSync(store, `${store}.gone`);

    const app = await run('ROLLBACK', planOf('1.1.0'));

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    for (const host of HOSTS) {
      expect(await stateOf(host)).toMatchObject({
        current: { digest: packages['1.0.0'].digest, version: '1.0.0' },
        previous: null,
        left: { version: '1.1.0' },
        processDigest: packages['1.0.0'].digest,
      });
    }
    const healthy = app.entries.filter(({ note }) => note === 'serves 1.0.0 again');
    expect(healthy.map(({ host }) => host).sort()).toEqual(HOSTS);
    expect((await run('ROLLBACK', planOf('1.1.0'))).outcome).toEqual({ kind: 'succeeded' });
    expect(await stateOf('web-3')).toMatchObject({ current: { version: '1.0.0' } });
  }, 60_000);

  test('gets its configuration with the package, and loses it with the release [S0-54]', async () => {
    const world = aWorld();
    const { aChange, planOf, run, stateOf, hosts, packages } = world;
    await createSecrets(world.secrets).set('shop-db', PASSWORD);
    await run('CODE', planOf('1.0.0'));
    const config = [
      aChange('shop.properties', [
        {
          action: 'set',
          key: 'greeting',
          value: { kind: 'text', text: 'hello', perEnvironment: { SIT: 'hello, SIT' } },
        },
      ]),
      aChange('database.json', [
        { action: 'set', key: 'password', value: { kind: 'secret', name: 'shop-db' } },
      ]),
    ];
    const plan = planOf('1.1.0', config);

    const applied = await run('CONFIG', plan);
    expect(applied.outcome).toEqual({ kind: 'succeeded' });
    expect(applied.entries.map(({ host, state }) => `${host} ${state}`)).toEqual([
      'shop-properties running',
      'shop-properties done',
      'database-json running',
      'database-json done',
    ]);
    const deployed = await run('CODE', plan);
    expect(deployed.outcome).toEqual({ kind: 'succeeded' });
    expect((await run('VERIFY', plan)).outcome).toEqual({ kind: 'succeeded' });

    for (const host of HOSTS) {
      const file = (path: string): string => hosts.path(host, 'current', path);
      expect(readFileSync(file('config/shop.properties'), 'utf8')).toBe('greeting=hello, SIT\n');
      expect(JSON.parse(readFileSync(file('config/database.json'), 'utf8'))).toEqual({
        password: PASSWORD,
      });
      expect(statSync(file('config/shop.properties')).mode & 0o777).toBe(0o644);
      expect(statSync(file('config/database.json')).mode & 0o777).toBe(0o640);
      expect((await stateOf(host)).current).toEqual({
        digest: expect.not.stringMatching(packages['1.1.0'].digest),
        version: '1.1.0',
        artifactSha256: packages['1.1.0'].digest,
      });
    }
    const digests = HOSTS.map(async (host) => (await stateOf(host)).current?.digest);
    expect(new Set(await Promise.all(digests)).size).toBe(1);

    const told = [...applied.entries, ...deployed.entries].map(({ note }) => note).join('\n');
    const journal = JSON.stringify(world.database.prepare('SELECT * FROM journal').all());
    expect(told + journal).not.toContain(PASSWORD);
    expect(readdirSync(join(world.home, 'state/workshop'))).toEqual([]);

    const before = hosts.acts.length;
    expect((await run('CODE', plan)).outcome).toEqual({ kind: 'succeeded' });
    expect(hosts.acts.slice(before).filter((act) => !act.includes(' stage '))).toEqual([]);

    expect((await run('ROLLBACK', plan)).outcome).toEqual({ kind: 'succeeded' });
    for (const host of HOSTS) {
      expect(await stateOf(host)).toMatchObject({ current: { version: '1.0.0' } });
      expect(existsSync(hosts.path(host, 'current', 'config'))).toBe(false);
    }
    expect((await run('VERIFY', plan)).outcome).toMatchObject({
      kind: 'failed',
      failure: { sentence: expect.stringContaining('is 1.0.0, not shop 1.1.0') },
    });
  }, 60_000);

  test('is started by the script that the site names, and by the common one where a package has none [S0-62]', async () => {
    const { planOf, run, stateOf, hosts } = aWorld();
    expect((await run('CODE', planOf('1.0.0', [], 'bin/boot'))).outcome).toEqual({
      kind: 'succeeded',
    });
    expect(await stateOf('web-2')).toMatchObject({ process: 'running' });

    const plan = planOf('1.1.1', [], 'bin/boot');
    expect((await run('CODE', plan)).outcome).toEqual({ kind: 'succeeded' });

    for (const host of HOSTS) {
      expect(readFileSync(hosts.path(host, 'booted'), 'utf8')).toBe('1.1.1\n');
      expect(await stateOf(host)).toMatchObject({ process: 'own' });
    }
    expect((await run('ROLLBACK', plan)).outcome).toEqual({ kind: 'succeeded' });
    expect(await stateOf('web-2')).toMatchObject({
      current: { version: '1.0.0' },
      process: 'running',
    });
  }, 60_000);

  test('goes back behind two tries of one plan, of which each was healthy with a secret of its own', async () => {
    const { aChange, planOf, run, stateOf, secrets } = aWorld();
    await run('CODE', planOf('1.0.0'));
    await createSecrets(secrets).set('shop-db', PASSWORD);
    const value = { kind: 'secret', name: 'shop-db' } as const;
    const plan = planOf('1.1.0', [
      aChange('shop.yml', [{ action: 'set', key: 'password', value }]),
    ]);
    await run('CONFIG', plan);
    await run('CODE', plan);
    await createSecrets(secrets).set('shop-db', `${PASSWORD}-changed`);
    await run('CODE', plan);

    expect((await run('ROLLBACK', plan)).outcome).toEqual({ kind: 'succeeded' });

    for (const host of HOSTS) {
      expect(await stateOf(host)).toMatchObject({ current: { version: '1.0.0' } });
    }
  }, 60_000);

  test('killed with its machine after the switch of a rollback, a host serves again after the next', async () => {
    const { planOf, run, stateOf, hosts, packages } = aWorld();
    await run('CODE', planOf('1.0.0'));
    await run('CODE', planOf('1.1.0'));
    const options = { helper: hostHelper(), name: 'web-1', actSeconds: 20, releasesKept: 5 };
    const session = openSession(localTransport(), options);
    const { digest } = packages['1.0.0'];
    const order = { basePath: hosts.path('web-1'), digest, version: '1.0.0' };
    expect((await session.activate({ ...order, job: '10001.9', fence: 9 })).kind).toBe('done');
    endService(hosts.path('web-1'));
    expect(await stateOf('web-1')).toMatchObject({ current: { digest }, process: 'dead' });

    const app = await run('ROLLBACK', planOf('1.1.0'), 10);

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    for (const host of HOSTS) {
      expect(await stateOf(host)).toMatchObject({
        current: { digest },
        process: 'running',
        processDigest: digest,
      });
    }
  }, 60_000);

  test('configuration alone changes no file on a host; released with the version that runs, it does', async () => {
    const { aChange, planOf, run, stateOf, hosts } = aWorld();
    await run('CODE', planOf('1.0.0'));
    const value = { kind: 'text', text: 'red' } as const;
    const change = aChange('shop.yml', [{ action: 'set', key: 'colour', value }]);
    const plan = planOf('1.0.0', [change]);
    const file = hosts.path('web-2', 'current', 'config/shop.yml');

    expect((await run('CONFIG', plan)).outcome).toEqual({ kind: 'succeeded' });
    expect(existsSync(file)).toBe(false);

    expect((await run('CODE', plan)).outcome).toEqual({ kind: 'succeeded' });
    expect(readFileSync(file, 'utf8')).toContain('red');
    expect((await run('ROLLBACK', plan)).outcome).toEqual({ kind: 'succeeded' });
    expect(existsSync(file)).toBe(false);
    expect(await stateOf('web-2')).toMatchObject({ current: { version: '1.0.0' } });
  }, 60_000);

  test('a host with the package and other configuration is not verified', async () => {
    const { aChange, planOf, run } = aWorld();
    const set = (text: string) =>
      aChange('shop.yml', [{ action: 'set', key: 'colour', value: { kind: 'text', text } }]);
    const red = planOf('1.1.0', [set('red')]);
    const blue = planOf('1.1.0', [set('blue')]);
    await run('CONFIG', red);
    await run('CODE', red);
    await run('CONFIG', blue);
    await run('CODE', blue);
    expect((await run('VERIFY', blue)).outcome).toEqual({ kind: 'succeeded' });

    expect((await run('VERIFY', red)).outcome).toMatchObject({
      kind: 'failed',
      failure: { sentence: expect.stringContaining('1.1.0 with another configuration, not shop') },
    });
  }, 60_000);
});
