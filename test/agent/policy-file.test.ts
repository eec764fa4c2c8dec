/** agent.yml bounds all that Jira may ask: whatever it does not allow is refused with its name and the file's, and nothing is touched. */
import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { canonicalText } from '#core/canonical';
import type { Plan } from '#core/plan';
import type { PlanStep, RunStage } from '#core/plan-step';
import { boundSecrets } from '../../agent/centres/bound-secrets';
import { createCentres } from '../../agent/centres/centres';
import { createSecrets } from '../../agent/centres/secrets';
import { parseConfig } from '../../agent/config';
import { sha256Hex } from '../../agent/keys';
import { createArtifacts } from '../../agent/packages';
import { performPlan } from '../../agent/perform-plan';
import { aHold } from './support/a-hold';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { scratch } from './support/scratch';
import { createVirtualClock } from './support/virtual-clock';

const FILE = '/etc/interlock/agent.yml';
const directory = scratch();

/** One of everything, for SIT. */
const POLICY = {
  url: 'http://127.0.0.1:1/x1/agent',
  stateDirectory: join(directory, 'state'),
  name: 'test agent',
  hosts: [
    {
      ...{ match: '10.0.0.0/24', ports: [22], user: 'deploy', key: '/k', knownHosts: '/kh' },
      ...{ environments: ['SIT'], basePath: '/srv', probePorts: [8080] },
    },
  ],
  stores: [{ id: 'packages', kind: 'directory', path: directory, environments: ['SIT'] }],
  databases: [
    {
      ...{ id: 'orders', environments: ['SIT'], engine: 'postgresql', host: '127.0.0.1', port: 1 },
      ...{ database: 'orders', user: 'release', passwordFile: join(directory, 'none') },
    },
  ],
  centres: [
    { id: 'files', kind: 'files', environments: ['SIT'], directory: join(directory, 'centre') },
  ],
  secrets: [{ name: 'shop-db', environments: ['SIT'] }],
};

const CHANGES = canonicalText([
  { key: 'db.password', action: 'set', value: { kind: 'secret', name: 'prod-db' } },
]);
const text = { sha256: sha256Hex('SELECT 1'), bytes: 8 };
const place = {
  ...{ change: 'limits', centre: 'files', application: 'shop', namespace: 'app.properties' },
  ...{ scope: 'x', byHand: false },
};

const [CODE, VERIFY] = aPlan(['web-1']).steps;
if (CODE?.stage !== 'CODE' || VERIFY?.stage !== 'VERIFY') throw new Error('no steps');
const { artifact, ...withoutArtifact } = CODE;
const STEPS = {
  SQL: {
    ...{ id: 'sql-1', stage: 'SQL', script: 'add', name: 'Add', database: 'orders' },
    ...{ scope: 'x', text },
  },
  CONFIG: {
    ...{ id: 'config-1', stage: 'CONFIG', ...place, keys: 1 },
    changes: { sha256: sha256Hex(CHANGES), bytes: CHANGES.length },
  },
  CODE,
  VERIFY,
  ROLLBACK: { ...withoutRest(), stage: 'ROLLBACK', artifactSha256: artifact.sha256 },
} as const;

function withoutRest() {
  const { appType, ...rest } = withoutArtifact;
  expect(appType).toBe('generic');
  return rest;
}

/** What becomes of a job of a stage with these steps, in an agent with the policy file. */
async function ask(stage: RunStage, step: object, environment = 'SIT') {
  const read = parseConfig(JSON.stringify(POLICY), FILE);
  if (read.kind === 'invalid') throw new Error(read.sentence);
  const { config } = read;
  const clock = createVirtualClock();
  const fleet = createFleet();
  const steps = [step as PlanStep];
  const plan: Plan = { ...aPlan(['web-1']), environment, steps };
  const app = createFakeApp(clock, plan, { stage });
  app.texts.set(sha256Hex(CHANGES), CHANGES);
  const secrets = { directory: join(directory, 'secrets'), keyFile: join(directory, 'key') };
  await createSecrets(secrets).set('prod-db', 'of production');
  const centres = createCentres(config.centres, { secrets, merged: join(directory, 'merged') });
  const { hosts, stores, databases, limits } = config;
  const made = anAgent({
    ...{ clock, app, fleet, journal: aJournal().journal },
    artifacts: createArtifacts({ file: FILE, hosts, stores }, limits),
    centres: boundSecrets(centres, config.secrets, FILE),
  });
  const settings = { ...made.settings, file: FILE, hosts, stores, databases, limits };
  const agent = { ...made, settings };
  const end = await clock.drive(aHold(agent, app).then((hold) => performPlan(agent, hold)));
  return { sentence: end.kind === 'failed' ? end.failure.sentence : end.kind, fleet };
}

const host = (change: object) => ({ hosts: CODE.hosts.map((each) => ({ ...each, ...change })) });

describe('what agent.yml does not allow', () => {
  test.each<[RunStage, string, object, string]>([
    ['CODE', 'a host outside', host({ address: '10.0.1.1' }), '10.0.1.1 port 22'],
    ['CODE', 'a port of ssh', host({ sshPort: 2222 }), '10.0.0.1 port 2222'],
    ['CODE', 'a directory', { basePath: '/opt/shop' }, '/opt/shop'],
    ['CODE', 'a port to probe', { service: { ...CODE.service, port: 9 } }, 'port 9'],
    ['CODE', 'a store', { artifact: { ...artifact, store: 'elsewhere' } }, 'store elsewhere'],
    ['VERIFY', 'a host outside', host({ address: '10.0.1.1' }), '10.0.1.1 port 22'],
    ['VERIFY', 'a port to probe', { service: { ...CODE.service, port: 9 } }, 'port 9'],
    ['ROLLBACK', 'a host outside', host({ address: '10.0.1.1' }), '10.0.1.1 port 22'],
    ['ROLLBACK', 'a directory', { basePath: '/opt/shop' }, '/opt/shop'],
    ['SQL', 'a database', { database: 'payroll' }, 'database payroll'],
    ['CONFIG', 'a centre', { centre: 'apollo' }, 'centre apollo'],
    ['CONFIG', 'a secret', {}, 'secret prod-db in SIT'],
  ])('%s: %s is refused, naming it and the file', async (stage, _what, change, words) => {
    const { sentence, fleet } = await ask(stage, { ...STEPS[stage], ...change });

    expect(sentence).toContain(words);
    expect(sentence).toContain(FILE);
    expect(fleet.effects).toEqual([]);
  });

  test.each<[RunStage, string]>([
    ['CODE', 'in PROD'],
    ['VERIFY', 'in PROD'],
    ['ROLLBACK', 'in PROD'],
    ['SQL', 'not for PROD'],
    ['CONFIG', 'for PROD'],
  ])(
    '%s in an environment without an entry is refused, naming it and the file',
    async (stage, words) => {
      const { sentence, fleet } = await ask(stage, STEPS[stage], 'PROD');

      expect(sentence).toContain(words);
      expect(sentence).toContain(FILE);
      expect(fleet.effects).toEqual([]);
    },
  );

  test.each<[string, object]>([
    ['a shell command', { id: 'x-1', stage: 'SHELL', run: 'id' }],
    ['a step with more to it', { ...CODE, sudo: true }],
    ['a way out of the directory', { ...CODE, basePath: '/srv/../etc' }],
    ['a way out of the store', { ...CODE, artifact: { ...artifact, file: '../shadow' } }],
    ['a way out of the package', { ...CODE, startScript: '../../bin/sh' }],
    ['a way out of the centre', { ...STEPS.CONFIG, namespace: '../../state/key.pem' }],
    [
      'a probe of another address',
      { ...CODE, service: { ...CODE.service, healthPath: '//evil/' } },
    ],
  ])('%s is no step that an agent knows', async (_what, step) => {
    const { sentence, fleet } = await ask('CODE', step);

    expect(sentence).toMatch(/holds something that this version of the agent does not know/);
    expect(fleet.effects).toEqual([]);
  });

  test('is all that is refused: within the file the same job goes on', async () => {
    const { sentence } = await ask('CODE', CODE);

    expect(sentence).toMatch(/^The package \S+ is not in the store/);
  });
});
