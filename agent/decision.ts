/** Whether the gate in Jira allows what this job is about to do: by its signed decision, and nothing else. */
import { GateDecision } from '#wire/agent';
import type { ClaimAnswer, SignedDecision } from '#wire/agent';
import { decisionText } from '#wire/signature';
import { verifySignature } from './keys';
import type { Identity } from './ports/agent';

/** What the decision has to be about. */
export type DecisionSubject = Pick<
  ClaimAnswer,
  'job' | 'fence' | 'stage' | 'environment' | 'planDigest'
>;

export type JudgedDecision =
  | { readonly kind: 'live'; readonly decision: GateDecision }
  | { readonly kind: 'refused'; readonly sentence: string };

/** The decision, if it is the installation's own, about exactly this job, and still valid. */
export function judgeDecision(
  signed: SignedDecision,
  subject: DecisionSubject,
  identity: Identity,
  serverSeconds: number,
): JudgedDecision {
  if (!verifySignature(identity.appKey, decisionText(signed.text), signed.signature)) {
    return refuse('is not signed by the installation that this agent is enrolled with');
  }
  const decision = parseDecision(signed.text);
  if (!decision) return refuse('cannot be read by this version of the agent');

  const wrong = mismatch(decision, subject, identity);
  if (wrong !== undefined) return refuse(`is about another ${wrong}`);
  if (serverSeconds >= decision.validUntil) {
    const late = serverSeconds - decision.validUntil;
    return refuse(`ended ${late} s ago and the app sent no later one`);
  }
  return { kind: 'live', decision };
}

function mismatch(
  decision: GateDecision,
  subject: DecisionSubject,
  identity: Identity,
): string | undefined {
  if (decision.aud !== identity.audience) return 'installation';
  if (decision.agent !== identity.agent) return 'agent';
  if (decision.job !== subject.job) return 'job';
  if (decision.fence !== subject.fence) return 'claim of the job';
  if (decision.stage !== subject.stage) return 'stage';
  if (decision.planDigest !== subject.planDigest) return 'plan';
  if (decision.environment !== subject.environment) return 'environment';
  return undefined;
}

/** Jobs that asked about a statement which a person then called done; undefined where the app does not say. */
export const doneStatementsIn = (signed: SignedDecision): readonly string[] | undefined =>
  parseDecision(signed.text)?.doneStatements;

/** Jobs that asked about a statement and were answered; undefined where the app does not say. */
export const answeredStatementsIn = (signed: SignedDecision): readonly string[] | undefined =>
  parseDecision(signed.text)?.answeredStatements;

function parseDecision(text: string): GateDecision | undefined {
  try {
    return GateDecision.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const refuse = (what: string): JudgedDecision => ({
  kind: 'refused',
  sentence: `The gate decision of Jira ${what}, so nothing was done; check the agent's page in Interlock's settings, then retry the stage.`,
});
