/** The gate field in Jira stays true while the release stands still and the world does not. */
import { expect, test } from '@jest/globals';
import { GATE_VALID_SECONDS } from '#core/gate-field';
import { putPolicy, putSite } from '#app/manage-settings';
import { showRelease } from '#app/show-release';
import { sweep } from '#app/sweep';
import {
  aPolicy,
  aPolicyOf,
  aSite,
  BACKUP,
  LEADER,
  NOW,
  REPORTER,
  TESTER,
} from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const gateIn = ({ issue }: ReleaseWorld) => issue.gate;

async function ready(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  return world;
}

test('a new leader sees Start without anybody touching the release', async () => {
  const world = await ready();
  expect(gateIn(world)?.allow['start']).toContain(`u:${LEADER}`);

  await putSite(world.ports, { project: PROJECT, site: aSite({ leader: 'acc-new' }) });
  await world.ports.drain();

  expect(gateIn(world)?.allow['start']).toContain('u:acc-new');
  expect(gateIn(world)?.allow['start']).not.toContain(`u:${LEADER}`);
});

async function released(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld({ policy: aPolicyOf([]) });
  await world.click('submit', REPORTER);
  await world.click('start', LEADER);
  await world.succeed();
  await world.succeed();
  await world.click('complete', LEADER);
  expect((await world.record()).status).toBe('released');
  return world;
}

test('a new leader sees Roll back on a release that is over', async () => {
  const world = await released();
  expect(gateIn(world)?.allow).toEqual({ 'roll-back': [`u:${LEADER}`, `u:${BACKUP}`] });

  await putSite(world.ports, { project: PROJECT, site: aSite({ leader: 'acc-new' }) });
  await world.ports.drain();

  expect(gateIn(world)?.allow).toEqual({ 'roll-back': ['u:acc-new', `u:${BACKUP}`] });
});

test('the leader of a release that is over can roll it back long after its field ran out', async () => {
  const world = await released();
  world.ports.pass(30 * GATE_VALID_SECONDS);

  await world.agent.call({ op: 'poll', data: { version: '0.1.0', busy: false } });
  await world.click('roll-back', LEADER, 'Complaints.');

  expect((await world.record()).status).toBe('rolling-back');
});

test('a release that no click leads out of is left alone', async () => {
  const world = await aReleaseWorld();
  await world.click('abort', LEADER, 'Never mind.');
  const { version } = await world.record();
  expect(gateIn(world)?.allow).toEqual({});

  await putSite(world.ports, { project: PROJECT, site: aSite({ leader: 'acc-new' }) });
  await world.ports.drain();

  expect((await world.record()).version).toBe(version);
});

test('a changed list of testers reaches the field', async () => {
  const world = await ready();
  const { policy } = { policy: { ...aPolicy(), testers: [BACKUP] } };

  await putPolicy(world.ports, { project: PROJECT, policy });
  await world.ports.drain();

  expect(gateIn(world)?.allow['start']).not.toContain(`u:${TESTER}`);
});

test('a look heals the field when the queue lost the change of the site', async () => {
  const world = await ready();
  await putSite(world.ports, { project: PROJECT, site: aSite({ leader: 'acc-new' }) });
  world.ports.tasks.splice(0);

  await showRelease(world.ports, { issueId: world.issue.id, accountId: TESTER });
  await world.ports.drain();

  expect(gateIn(world)?.allow['start']).toContain('u:acc-new');
});

test('a sweep writes it anew before it runs out, and not before', async () => {
  const world = await ready();
  await showRelease(world.ports, { issueId: world.issue.id, accountId: TESTER });
  await world.ports.drain();
  const until = gateIn(world)?.until ?? 0;
  const toTheHour = 3_600 - (NOW % 3_600);

  world.ports.pass(toTheHour);
  await sweep(world.ports);
  await world.ports.drain();
  expect(gateIn(world)?.until).toBe(until);

  world.ports.pass(GATE_VALID_SECONDS - 4 * 3_600);
  await sweep(world.ports);
  await world.ports.drain();
  expect(gateIn(world)?.until).toBeGreaterThan(until);
});

test('nothing is due any more where the app has nothing to move', async () => {
  const world = await ready();

  await showRelease(world.ports, { issueId: world.issue.id, accountId: TESTER });
  await world.ports.drain();
  expect(gateIn(world)?.due).toEqual([]);

  const { version } = await world.record();
  await showRelease(world.ports, { issueId: world.issue.id, accountId: TESTER });
  expect((await world.record()).version).toBe(version);
});
