/** Who may publish to STAGE is decided in Jira, and judged again by the agent before it touches a host. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { checkTransition } from '#app/check-transition';
import { ANYBODY } from '#core/gate-field';
import { GateDecision } from '#wire/agent';
import type { ClaimAnswer } from '#wire/agent';
import { decisionText } from '#wire/signature';
import { parseConfig } from '../../agent/config';
import { takeHold } from '../../agent/hold';
import { keyOf, verifySignature } from '../../agent/keys';
import { instant } from '../../agent/lease';
import { performPlan } from '../../agent/perform-plan';
import { LEADER, OWNER, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp, signDecision } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const FILE = '/etc/interlock/agent.yml';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  await world.succeed();
  await world.succeed();
  await world.click('promote', LEADER);
});

/** The gate field hides the button; Jira tells its validators not who clicks, so the post-function judges that. */
const clickPastTheCondition = async () => {
  world.issue.gate = { until: 0, due: [], allow: { start: [ANYBODY] } };
  return world.click('start', TESTER);
};
const waitingJobs = async () =>
  (await world.ports.memory.get('inbox', world.agent.agentId))?.jobs ?? [];

/** The leader's own start, claimed by the agent. */
async function aStartedStage(): Promise<ClaimAnswer> {
  await world.click('approve', LEADER);
  await world.click('approve', OWNER);
  await world.click('start', LEADER);
  return world.claim();
}

/** The agent's own judgement of a claim: its agent.yml, its pinned key, its hosts. */
async function workOn(claim: ClaimAnswer, environments: readonly string[]) {
  const clock = createVirtualClock();
  const fleet = createFleet();
  const read = parseConfig(
    JSON.stringify({
      url: 'http://127.0.0.1:1/x1/agent',
      stateDirectory: '/var/lib/interlock',
      name: 'test agent',
      hosts: [
        {
          ...{ match: '10.20.0.0/16', transport: 'local', environments },
          ...{ basePath: '/srv', probePorts: [8080] },
        },
      ],
    }),
    FILE,
  );
  if (read.kind === 'invalid') throw new Error(read.sentence);
  const { job, fence } = claim;
  const app = {
    ...createFakeApp(clock, aPlan()),
    serverSeconds: () => world.ports.clock.now(),
    fetch: async (_ref: object, digest: string, offset: number) => {
      const answer = await world.agent.call({ op: 'fetch', job, fence, data: { digest, offset } });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      const { text, nextOffset, now } = answer.body as {
        text: string;
        nextOffset: number | null;
        now: number;
      };
      return {
        kind: 'answered' as const,
        answer: { now, text, nextOffset },
        sentAt: instant(clock),
      };
    },
  };
  const made = anAgent({ clock, app, fleet, journal: aJournal().journal });
  const identity = {
    agent: world.agent.agentId,
    audience: world.ports.audience,
    appKey: await world.ports.crypto.appKey(),
  };
  const { hosts } = read.config;
  const agent = { ...made, settings: { ...made.settings, file: FILE, hosts, identity } };
  const hold = takeHold(agent, claim, instant(clock), new AbortController().signal);
  await agent.journal.beginJob(hold.ref, claim.lastSeq);
  const end = await clock.drive(performPlan(agent, hold));
  return { end, effects: fleet.effects };
}

describe('publishing to STAGE', () => {
  test('is refused by the validator without its approvals, undone after a click of somebody who may not, and refused by the agent whatever Jira says [S0-76]', async () => {
    const question = { issueKey: world.issue.key, action: 'start', reason: null };
    expect(await checkTransition(world.ports, question)).toMatchObject({ allowed: false });
    await world.click('approve', LEADER);
    await world.click('approve', OWNER);
    expect(await clickPastTheCondition()).toMatchObject({ kind: 'moved' });
    expect(world.ports.jira.statusOf(world.issue)).toBe('ready');
    expect(world.issue.comments.map(({ comment }) => comment.text)).toContainEqual(
      expect.stringContaining('reserved'),
    );
    expect(await waitingJobs()).toEqual([]);

    await world.click('start', LEADER);
    const claim = await world.claim();
    expect(claim.environment).toBe('STAGE');
    const { text, signature } = claim.decision;
    const appKey = await world.ports.crypto.appKey();
    expect(verifySignature(appKey, decisionText(text), signature)).toBe(true);

    const outside = await workOn(claim, ['SIT']);
    expect(outside).toEqual({
      effects: [],
      end: {
        kind: 'failed',
        failure: {
          class: 'permission',
          sentence: `No entry of ${FILE} allows 10.20.0.1 port 22 in STAGE (host Web 1); add one there, or correct the host in the site's settings.`,
        },
      },
    });
  });

  test('is done by an agent whose file has STAGE, on the installation’s own word alone', async () => {
    const claim = await aStartedStage();
    const decision = GateDecision.parse(JSON.parse(claim.decision.text));
    const foreign = generateKeyPairSync('ed25519').privateKey;
    const forged = { ...claim, decision: signDecision(decision, foreign) };
    expect(keyOf(foreign).publicKey).not.toBe(await world.ports.crypto.appKey());

    expect(await workOn(forged, ['STAGE'])).toMatchObject({
      effects: [],
      end: { failure: { sentence: expect.stringContaining('is not signed by the installation') } },
    });
    // What was decided for STAGE opens no other environment, and no other plan.
    for (const change of [{ environment: 'PROD' }, { planDigest: 'f'.repeat(64) }]) {
      expect(await workOn({ ...claim, ...change }, ['STAGE', 'PROD'])).toMatchObject({
        effects: [],
        end: { failure: { class: 'permission' } },
      });
    }

    const done = await workOn(claim, ['STAGE']);
    expect(done.end).toEqual({ kind: 'succeeded' });
    expect(done.effects).toHaveLength(6);
  });
});
