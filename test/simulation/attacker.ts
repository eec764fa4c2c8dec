/** An attacker on Jira's side: changes what the app answers. The agent's own check of the gate's signature stops it. */
import { createPrivateKey, hash, sign } from 'node:crypto';
import { canonicalText } from '#core/canonical';
import { planText } from '#core/plan';
import { isHostStep } from '#core/plan-step';
import type { PlanStep } from '#core/plan-step';
import { ClaimAnswer, FetchAnswer, GateDecision, HeartbeatAnswer } from '#wire/agent';
import type { Envelope, SignedDecision } from '#wire/agent';
import { decisionText } from '#wire/signature';
import type { RawAnswer } from '../../agent/app-client';
import { keyOf } from '../../agent/keys';
import type { FakeStore } from './fake-store';
import { FIRST_PACKAGE, PACKAGES } from './packages';
import type { Sim } from './sim';

export interface Attacker {
  meddle(request: Envelope, answer: RawAnswer): RawAnswer;
}

/** Sends an agent to a plan that nobody approved: the approved one with other packages. */
export function createAttacker(sim: Sim, store: FakeStore): Attacker {
  const planted = new Map<string, string>();

  const plant = (answer: RawAnswer): RawAnswer => {
    const claim = claimOf(answer);
    const plan = claim && store.plan(claim.planDigest);
    if (!plan || !sim.strikes('answer-forged')) return answer;
    const text = planText({ ...plan, steps: plan.steps.map(withOtherPackage) });
    const planDigest = hash('sha256', text);
    planted.set(planDigest, text);
    sim.count('claim forged');
    return ok({ ...claim, planDigest });
  };

  /** Other words under an approved digest: another table, another host. */
  const otherText = (answer: RawAnswer): RawAnswer => {
    const fetched = answer.kind === 'answered' ? parseJson(answer.body) : undefined;
    const text = FetchAnswer.safeParse(fetched).data;
    if (!text || !sim.strikes('text-forged')) return answer;
    sim.count('text forged');
    return ok({ ...text, text: text.text.replaceAll('orders', 'wages').replaceAll('10.', '11.') });
  };

  const handOut = (request: Envelope, answer: RawAnswer): RawAnswer => {
    const { digest } = Object(request.data) as { readonly digest?: string };
    const text = planted.get(digest ?? '');
    const now = Math.floor(sim.scheduler.now() / 1_000);
    return text === undefined ? otherText(answer) : ok({ now, text, nextOffset: null });
  };

  return {
    meddle: (request, answer) => {
      if (request.op === 'claim') return plant(answer);
      return request.op === 'fetch' ? handOut(request, answer) : answer;
    },
  };
}

/** Good bytes, but not the ones that were approved. */
function withOtherPackage(step: PlanStep): PlanStep {
  if (!isHostStep(step)) return step;
  const { version, sha256 } =
    PACKAGES.find((pack) => pack.version !== step.version) ?? FIRST_PACKAGE;
  return step.stage === 'CODE'
    ? { ...step, version, artifact: { ...step.artifact, sha256 } }
    : { ...step, version, artifactSha256: sha256 };
}

const ok = (body: object): RawAnswer => ({
  kind: 'answered',
  status: 200,
  body: JSON.stringify(body),
});

/** An Ed25519 key of 32 given bytes. Source: RFC 8410, the prefix of a private key in PKCS #8. */
const keyFrom = (bytes: string) =>
  createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from(bytes.repeat(32), 'hex'),
    ]),
    format: 'der',
    type: 'pkcs8',
  });

/** The installation's own key, and one that the agent pins when its check is switched off. */
const APP_KEY = keyFrom('a1');
const ANY_KEY = keyFrom('b2');

export const signAsApp = (text: string): string =>
  sign(null, Buffer.from(text), APP_KEY).toString('base64');

/** The key that agents pin at enrollment. */
export const pinnedKey = (sim: Sim): string =>
  keyOf(sim.isOff('decision') ? ANY_KEY : APP_KEY).publicKey;

/**
 * With the agent's check switched off, whatever the app says looks like a decision about exactly what
 * it says: the check then agrees to everything.
 */
export function asIfSigned(sim: Sim, answer: RawAnswer): RawAnswer {
  if (!sim.isOff('decision') || answer.kind !== 'answered') return answer;
  const claim = claimOf(answer);
  if (claim) return ok({ ...claim, decision: agreeing(claim.decision, claim) });
  const renewal = HeartbeatAnswer.safeParse(parseJson(answer.body)).data;
  return renewal ? ok({ ...renewal, decision: agreeing(renewal.decision, {}) }) : answer;
}

function agreeing(signed: SignedDecision, subject: Partial<ClaimAnswer>): SignedDecision {
  const decision = GateDecision.parse(JSON.parse(signed.text));
  const { planDigest = decision.planDigest } = subject;
  const text = canonicalText({ ...decision, planDigest });
  return {
    text,
    signature: sign(null, Buffer.from(decisionText(text)), ANY_KEY).toString('base64'),
  };
}

const claimOf = (answer: RawAnswer): ClaimAnswer | undefined =>
  answer.kind === 'answered' ? ClaimAnswer.safeParse(parseJson(answer.body)).data : undefined;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A gateway answers in HTML.
    return undefined;
  }
}
