import type { AppModule, FunctionOutcome } from '../../service';
import type { Desk } from '../desk';
import { isObject, type Json } from '../json';
import { evaluateRule, forgeModule, ruleConfig } from './conditions';
import type { Rule } from './definition';
import type { Attempt } from './scope';

export type Verdict =
  { readonly kind: 'passed' } | { readonly kind: 'refused'; readonly sentence: string };

/** Source: developer.atlassian.com/platform/forge/platform-quotas-and-limits: 25 s for a validator. */
const VALIDATOR_SECONDS = 25;

const PASSED: Verdict = { kind: 'passed' };

/** Runs the validators in their order; the first refusal ends it (assumed, see DIFFERENCES.md). */
export async function validate(
  desk: Desk,
  attempt: Attempt,
  modifiedFields: Json,
): Promise<Verdict> {
  for (const rule of attempt.transition.validators) {
    const verdict = await validateRule(desk, attempt, rule, modifiedFields);
    if (verdict.kind === 'refused') return verdict;
  }
  return PASSED;
}

async function validateRule(
  desk: Desk,
  attempt: Attempt,
  rule: Rule,
  modifiedFields: Json,
): Promise<Verdict> {
  const module = forgeModule(desk, rule);
  if (module === undefined) {
    desk.log(`Validator ${rule.parameters['key'] ?? rule.ruleKey} is not provided by the app.`);
    return refused(generalSentence(undefined));
  }
  return typeof module.properties['function'] === 'string'
    ? callFunction(desk, attempt, rule, module, module.properties['function'], modifiedFields)
    : evaluateExpression(desk, attempt, rule, module);
}

/** A string is the error message; anything else but true refuses. Source: the Forge page of the module. */
function evaluateExpression(desk: Desk, attempt: Attempt, rule: Rule, module: AppModule): Verdict {
  const evaluation = evaluateRule(desk, attempt, rule, null);
  if (evaluation.kind === 'value') {
    if (evaluation.value === true) return PASSED;
    if (typeof evaluation.value === 'string') return refused(evaluation.value);
    if (evaluation.value === false) return refused(generalSentence(module));
  }
  const why = evaluation.kind === 'error' ? evaluation.message : 'it gave neither true nor false';
  desk.log(
    `Validator ${module.key} on "${attempt.transition.name}" of ${attempt.issue.key} failed: ${why}`,
  );
  return refused(generalSentence(module));
}

/**
 * Payload and answer: developer.atlassian.com/platform/forge/manifest-reference/modules/
 * jira-workflow-validator, "Validating with lambda functions". No user, no transition id.
 * What Jira does when the function throws or times out is not documented: refused here.
 */
async function callFunction(
  desk: Desk,
  attempt: Attempt,
  rule: Rule,
  module: AppModule,
  functionKey: string,
  modifiedFields: Json,
): Promise<Verdict> {
  const configuration = ruleConfig(rule);
  if (configuration === undefined) return refused(generalSentence(module));
  const outcome = await desk.app.call({
    moduleKey: module.key,
    moduleType: module.type,
    functionKey,
    payload: {
      issue: { key: attempt.issue.key },
      configuration,
      transition: {
        from: { id: String(attempt.issue.statusId) },
        to: { id: attempt.transition.toStatusReference },
        modifiedFields,
      },
    },
    deadlineSeconds: VALIDATOR_SECONDS,
  });
  const complaint = complaintAbout(outcome);
  if (complaint !== undefined) {
    desk.log(
      `Validator ${module.key} on "${attempt.transition.name}" of ${attempt.issue.key} ${complaint}; the transition is refused.`,
    );
  }
  return verdictOf(outcome, module);
}

/** Fails closed: only a well-formed `{result: true}` passes. */
function verdictOf(outcome: FunctionOutcome, module: AppModule): Verdict {
  if (outcome.kind !== 'returned' || !isObject(outcome.value)) {
    return refused(generalSentence(module));
  }
  const { result, errorMessage } = outcome.value;
  if (result === true) return PASSED;
  return refused(
    result === false && typeof errorMessage === 'string' && errorMessage !== ''
      ? errorMessage
      : generalSentence(module),
  );
}

/** What a developer should know about a call that gave no proper answer. */
function complaintAbout(outcome: FunctionOutcome): string | undefined {
  switch (outcome.kind) {
    case 'returned': {
      const result = isObject(outcome.value) ? outcome.value['result'] : undefined;
      return typeof result === 'boolean' ? undefined : 'answered without a Boolean result';
    }
    case 'threw':
      return `threw ${outcome.name}: ${outcome.message}`;
    case 'timed-out':
      return `took longer than ${outcome.deadlineSeconds} s`;
    case 'crashed':
      return `crashed: ${outcome.message}`;
  }
}

/** What people read when a validator says no without a sentence of its own (wording assumed). */
function generalSentence(module: AppModule | undefined): string {
  const own = module?.properties['errorMessage'];
  if (typeof own === 'string' && own !== '') return own;
  const name = module?.properties['name'];
  return typeof name === 'string'
    ? `The workflow validator "${name}" did not allow this transition. Try again; if it happens again, tell your Jira administrator.`
    : 'A workflow validator of an app did not allow this transition. Tell your Jira administrator.';
}

const refused = (sentence: string): Verdict => ({ kind: 'refused', sentence });
