import type { AppModule } from '../../service';
import type { Desk } from '../desk';
import { evaluate, type Evaluation } from '../expression/evaluate';
import { RULE_MAX_CHARS } from '../expression/parse';
import { type Json, tryParseJson } from '../json';
import { groupsOf } from '../people';
import { holdsOnIssue, isAdmin, isKnownProjectPermission } from '../permissions';
import { isInRole } from '../roles';
import type { ConditionGroup, Rule } from './definition';
import { FORGE_MODULES, idList } from './rule-keys';
import { type Attempt, ruleScope } from './scope';

/** May this person see and use this transition now? Any doubt is a no. */
export function conditionsHold(desk: Desk, attempt: Attempt): boolean {
  const group = attempt.transition.conditions;
  return group === null || group === undefined || groupHolds(desk, attempt, group);
}

function groupHolds(desk: Desk, attempt: Attempt, group: ConditionGroup): boolean {
  const parts = group.conditions.length + group.conditionGroups.length;
  if (parts === 0) return true;
  const operator = parts === 1 ? null : group.operation === 'ALL' ? 'AND' : 'OR';
  const outcomes = [
    ...group.conditions.map((rule) => () => ruleHolds(desk, attempt, rule, operator)),
    ...group.conditionGroups.map((inner) => () => groupHolds(desk, attempt, inner)),
  ];
  return group.operation === 'ALL'
    ? outcomes.every((holds) => holds())
    : outcomes.some((holds) => holds());
}

function ruleHolds(
  desk: Desk,
  attempt: Attempt,
  rule: Rule,
  operator: 'AND' | 'OR' | null,
): boolean {
  switch (rule.ruleKey) {
    case 'system:restrict-issue-transition':
      return isAmongAllowed(desk, attempt, rule.parameters);
    case 'system:restrict-from-all-users':
      return isOpenFor(attempt, rule.parameters['restrictMode']);
    case 'forge:expression-condition':
      return expressionHolds(desk, attempt, rule, operator);
    default:
      desk.log(`Workflow rule ${rule.ruleKey} is not modelled, so its transition is hidden.`);
      return false;
  }
}

/**
 * `users` hides a transition from everybody who clicks, and leaves it to the REST API: it is what
 * Jira called "Hide transition from user" (support.atlassian.com, advanced workflow configuration:
 * "can only be triggered from a workflow function or from REST API"; GET …/transitions lists such
 * transitions with skipRemoteOnlyCondition only). `usersAndAPI` leaves it to nobody.
 */
function isOpenFor(attempt: Attempt, restrictMode: string | undefined): boolean {
  return restrictMode === 'users' && attempt.source === 'api';
}

/** Whether a rule hides its transition from people on pages but not from the REST API. */
export function isRemoteOnly(group: ConditionGroup | null | undefined): boolean {
  if (group === null || group === undefined) return false;
  return (
    group.conditions.some(
      ({ ruleKey, parameters }) =>
        ruleKey === 'system:restrict-from-all-users' && parameters['restrictMode'] === 'users',
    ) || group.conditionGroups.some(isRemoteOnly)
  );
}

/** True if any criterion is met; a rule without criteria is met by nobody. Source: OpenAPI, capabilities. */
function isAmongAllowed(
  desk: Desk,
  { person, issue }: Attempt,
  parameters: Readonly<Record<string, string>>,
): boolean {
  const { accountId } = person;
  const groupIds = new Set(groupsOf(desk.database, accountId).map(({ id }) => id));
  const permitted = (permission: string): boolean =>
    permission === 'ADMINISTER'
      ? isAdmin(desk, accountId)
      : isKnownProjectPermission(desk, permission) &&
        holdsOnIssue(desk, accountId, permission, issue);
  return (
    idList(parameters['groupIds']).some((id) => groupIds.has(id)) ||
    idList(parameters['roleIds']).some((id) =>
      isInRole(desk.database, issue.projectId, Number(id), accountId),
    ) ||
    idList(parameters['permissionKeys']).some(permitted)
  );
}

function expressionHolds(
  desk: Desk,
  attempt: Attempt,
  rule: Rule,
  operator: 'AND' | 'OR' | null,
): boolean {
  const evaluation = evaluateRule(desk, attempt, rule, operator);
  if (evaluation.kind === 'value' && typeof evaluation.value === 'boolean') return evaluation.value;
  const why = evaluation.kind === 'error' ? evaluation.message : 'it did not give a Boolean';
  desk.log(
    `Condition on "${attempt.transition.name}" of ${attempt.issue.key} failed, so the transition is hidden: ${why}`,
  );
  return false;
}

/** Evaluates the expression behind a Forge rule; `expression` in the saved config overrides the manifest's. */
export function evaluateRule(
  desk: Desk,
  attempt: Attempt,
  rule: Rule,
  operator: 'AND' | 'OR' | null,
): Evaluation {
  const module = forgeModule(desk, rule);
  if (module === undefined) return { kind: 'error', message: 'the app does not provide this rule' };
  const config = ruleConfig(rule);
  if (config === undefined) return { kind: 'error', message: 'its saved config is not JSON' };
  const override =
    typeof config === 'object' && config !== null && 'expression' in config
      ? config['expression']
      : undefined;
  const expression = override ?? module.properties['expression'];
  if (typeof expression !== 'string') {
    return { kind: 'error', message: 'the module has no expression' };
  }
  return evaluate(expression, ruleScope(desk, attempt, config, operator), RULE_MAX_CHARS);
}

/** The module of the installed app that a rule names; none when the rule is disabled or the app is gone. */
export function forgeModule(desk: Desk, rule: Rule): AppModule | undefined {
  const type = FORGE_MODULES[rule.ruleKey];
  if (type === undefined || rule.parameters['disabled'] === 'true') return undefined;
  return desk.app
    .modules(type)
    .find(({ key }) => desk.app.moduleAri(key) === rule.parameters['key']);
}

/** The saved config of a rule; an empty object when none was saved, undefined when it is not JSON. */
export function ruleConfig(rule: Rule): Json | undefined {
  const saved = rule.parameters['config'];
  return saved === undefined || saved === '' ? {} : tryParseJson(saved);
}
