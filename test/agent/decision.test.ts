import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { liveAgent } from '../../agent/agent-loop';
import { judgeDecision } from '../../agent/decision';
import type { GateDecision } from '#wire/agent';
import { aJournal, anAgent } from './support/an-agent';
import { AGENT, AUDIENCE, createFakeApp, IDENTITY, signDecision } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan, textOf } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const NOW = 1_800_000_000;

const decision: GateDecision = {
  v: 1,
  aud: AUDIENCE,
  agent: AGENT,
  job: '10001.9',
  fence: 7,
  issueId: '10001',
  environment: 'SIT',
  stage: 'CODE',
  planDigest: textOf(aPlan()).digest,
  policyVersion: 1,
  approvals: [],
  validUntil: NOW + 900,
};

const judge = (signed = signDecision(decision), now = NOW) =>
  judgeDecision(signed, decision, IDENTITY, now);

describe('judgeDecision', () => {
  test('takes the installation’s own decision about exactly this job', () => {
    expect(judge()).toEqual({ kind: 'live', decision });
  });

  test.each([
    ['aud', 'another installation'],
    ['agent', 'another agent'],
    ['job', 'another job'],
    ['fence', 'another claim of the job'],
    ['stage', 'another stage'],
    ['planDigest', 'another plan'],
    ['environment', 'another environment'],
  ])('refuses a decision whose %s differs', (field, words) => {
    const others: Record<string, unknown> = {
      fence: 8,
      stage: 'VERIFY',
      planDigest: 'c'.repeat(64),
    };
    const other = { ...decision, [field]: others[field] ?? 'other' };

    expect(judge(signDecision(other))).toMatchObject({ sentence: expect.stringContaining(words) });
  });

  test('refuses one that another key has signed', () => {
    const { privateKey } = generateKeyPairSync('ed25519');

    expect(judge(signDecision(decision, privateKey)).kind).toBe('refused');
  });

  test('refuses one whose text was changed after it was signed', () => {
    const signed = signDecision(decision);
    const later = signed.text.replace(String(decision.validUntil), String(NOW + 9_000));

    expect(later).not.toBe(signed.text);
    expect(judge({ ...signed, text: later }).kind).toBe('refused');
  });

  test.each(['', 'AAAA', `${'A'.repeat(86)}==`, 'no base64!'])(
    'refuses the signature "%s"',
    (signature) => {
      expect(judge({ ...signDecision(decision), signature }).kind).toBe('refused');
    },
  );

  test('refuses a signed text that is no decision', () => {
    expect(judge(signDecision({ hello: 'there' })).kind).toBe('refused');
  });

  test('holds until its last second, and not in the next', () => {
    expect(judge(signDecision(decision), decision.validUntil - 1).kind).toBe('live');
    expect(judge(signDecision(decision), decision.validUntil).kind).toBe('refused');
  });
});

describe('an agent with a job', () => {
  const worldWith = (tamper: (signed: GateDecision) => object) => {
    const clock = createVirtualClock();
    const app = createFakeApp(clock, aPlan());
    app.tamper = tamper;
    const fleet = createFleet();
    const { journal } = aJournal();
    return { clock, app, fleet, agent: anAgent({ clock, app, fleet, journal }) };
  };
  const live = async ({ clock, app, agent }: ReturnType<typeof worldWith>): Promise<void> => {
    const stopping = new AbortController();
    const watch = async (): Promise<void> => {
      while (app.outcome === null) await clock.sleep(500);
      stopping.abort();
    };
    await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
  };

  test.each([
    ['is about another plan', { planDigest: 'd'.repeat(64) }],
    ['is about another environment', { environment: 'PROD' }],
    ['ended', { validUntil: 1 }],
    ['is about another agent', { agent: 'ag_2' }],
  ])('touches no host when its decision %s [S0-33]', async (words, change) => {
    const world = worldWith((signed) => ({ ...signed, ...change }));

    await live(world);

    expect(world.app.outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'permission', sentence: expect.stringContaining(words) },
    });
    expect(world.fleet.effects).toEqual([]);
  });

  test('begins no second batch when the decision ends during the first [S0-33]', async () => {
    let validUntil = Infinity;
    const world = worldWith((signed) => ({
      ...signed,
      validUntil: Math.min(signed.validUntil, validUntil),
    }));
    // The first host takes a minute to get healthy; heartbeats bring decisions that have ended.
    world.fleet.look = async () => {
      if (validUntil === Infinity) {
        validUntil = 1;
        await world.clock.sleep(60_000);
      }
      return { kind: 'answered', healthy: true, status: 200, version: '1.1.0', milliseconds: 3 };
    };
    const agent = { ...world.agent, health: { look: world.fleet.look } };

    await live({ ...world, agent });

    expect(world.app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'permission' } });
    expect(world.fleet.host('web-1').effects).toContain('start 1.1.0');
    expect(world.fleet.effects.some((effect) => /web-[23] activate/.test(effect))).toBe(false);
  });

  test('refuses a plan whose text is not the one that was approved', async () => {
    const world = worldWith((signed) => signed);
    world.app.planText = world.app.planText.replace('/srv/shop', '/srv/other');

    await live(world);

    expect(world.app.outcome).toMatchObject({
      failure: {
        class: 'permission',
        sentence: expect.stringMatching(
          /^The plan that the app sent is not the approved one \(its SHA-256 is not [0-9a-f]{64}\); retry, and if it comes again save the release's content anew\.$/,
        ),
      },
    });
    expect(world.fleet.effects).toEqual([]);
  });

  test('refuses a plan whose pieces come out of order', async () => {
    const world = worldWith((signed) => signed);
    const { fetch } = world.app;
    world.app.fetch = async (ref, digest, offset) => {
      const result = await fetch(ref, digest, offset);
      if (result.kind !== 'answered') return result;
      return { ...result, answer: { ...result.answer, nextOffset: 7 } };
    };

    await live(world);

    expect(world.app.outcome).toEqual({
      kind: 'failed',
      failure: {
        class: 'permission',
        sentence:
          "The app sent the pieces of the plan out of order; retry, and if it comes again save the release's content anew.",
      },
    });
    expect(world.fleet.effects).toEqual([]);
  });
});
