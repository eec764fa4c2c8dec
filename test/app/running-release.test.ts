import { describe, expect, test } from '@jest/globals';
import { putPolicy } from '#app/manage-settings';
import type { GateDecision } from '#wire/agent';
import { aPolicy, LEADER, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

/** A project admin asks for one more approval in SIT while a release is under way there. */
async function askForMore({ ports }: ReleaseWorld): Promise<void> {
  const approvals = [{ label: 'Leader', count: 1, from: { kind: 'leaders' } }] as const;
  const environments = aPolicy().environments.map((environment) => ({ ...environment, approvals }));
  await putPolicy(ports, { project: PROJECT, policy: { ...aPolicy(), environments } });
}

describe('a release that was started under an older policy', () => {
  test('keeps that policy: its job is claimed and ends', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const { version } = (await world.ports.memory.get('policy', PROJECT))?.policy ?? aPolicy();

    await askForMore(world);
    const claim = await world.claim();

    const decision = JSON.parse(claim.decision.text) as GateDecision;
    expect(decision.policyVersion).toBe(version);
    expect(await world.finish(claim, { kind: 'succeeded' })).toBe(200);
    expect((await world.record()).status).toBe('verifying');
  });

  test('may be retried under it after a failure', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const failure = { class: 'health', sentence: 'It never got healthy.' } as const;
    await world.finish(await world.claim(), { kind: 'failed', failure });

    await askForMore(world);
    await world.click('retry-code', LEADER);

    expect((await world.record()).status).toBe('code-executing');
  });
});
