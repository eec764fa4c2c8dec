import type { Desk } from '../desk';
import { groupBy } from '../people';
import { roleById } from '../roles';
import { screenById } from '../screens';
import { forgeModule, ruleConfig } from './conditions';
import { conditionsOf, type Rule, screenIdOf, type Transition } from './definition';
import { FORGE_MODULES, idList, MODELLED, NOT_MODELLED, type RulePlace } from './rule-keys';

/** Longest saved config of a rule. Source: the validator's page, "limited to 32KB" in the new editor. */
const CONFIG_MAX_BYTES = 32_768;

export function rulesOf(transition: Transition): readonly (readonly [RulePlace, Rule])[] {
  const screen = transition.transitionScreen;
  return [
    ...conditionsOf(transition.conditions).map((rule) => ['condition', rule] as const),
    ...transition.validators.map((rule) => ['validator', rule] as const),
    ...transition.actions.map((rule) => ['action', rule] as const),
    ...(screen === null || screen === undefined ? [] : [['screen', screen] as const]),
  ];
}

export function ruleComplaint(
  desk: Desk,
  transition: Transition,
  place: RulePlace,
  { ruleKey, parameters, id }: Rule,
): readonly [code: string, message: string] | undefined {
  if (NOT_MODELLED.includes(ruleKey)) {
    return ['NOT_MODELLED', `Local Jira does not model the rule ${ruleKey}.`];
  }
  if (!MODELLED[place].some((known) => known === ruleKey)) {
    return ['UNKNOWN_RULE', `${ruleKey} is not a ${place} rule.`];
  }
  if (Object.hasOwn(FORGE_MODULES, ruleKey))
    return forgeComplaint(desk, { ruleKey, parameters, id });
  switch (ruleKey) {
    case 'system:restrict-from-all-users':
      return ['users', 'usersAndAPI'].includes(parameters['restrictMode'] ?? '')
        ? undefined
        : ['INVALID_PARAMETER', 'restrictMode is users or usersAndAPI.'];
    case 'system:transition-screen': {
      const screenId = screenIdOf(transition);
      return screenId !== undefined && screenById(desk.database, screenId) !== undefined
        ? undefined
        : ['INVALID_PARAMETER', `there is no screen ${parameters['screenId'] ?? ''}.`];
    }
    default:
      return restrictionComplaint(desk, parameters);
  }
}

function forgeComplaint(
  desk: Desk,
  rule: Rule,
): readonly [code: string, message: string] | undefined {
  const { key, config } = rule.parameters;
  if (
    forgeModule(desk, { ...rule, parameters: { ...rule.parameters, disabled: 'false' } }) ===
    undefined
  ) {
    const type = FORGE_MODULES[rule.ruleKey] ?? '';
    return ['UNKNOWN_RULE', `the installed app has no ${type} with the key ${key ?? '(none)'}.`];
  }
  if (Buffer.byteLength(config ?? '') > CONFIG_MAX_BYTES) {
    return ['INVALID_PARAMETER', `config is longer than ${CONFIG_MAX_BYTES} bytes.`];
  }
  return ruleConfig(rule) === undefined
    ? ['INVALID_PARAMETER', 'config is not JSON text.']
    : undefined;
}

/** Parameters of `system:restrict-issue-transition` that this Jira understands. */
const RESTRICTIONS = ['groupIds', 'roleIds', 'permissionKeys'];

function restrictionComplaint(
  desk: Desk,
  parameters: Readonly<Record<string, string>>,
): readonly [code: string, message: string] | undefined {
  if ((parameters['accountIds'] ?? '') !== '') {
    return ['INVALID_PARAMETER', 'accountIds is supported in team-managed projects only.'];
  }
  const other = Object.entries(parameters).find(
    ([name, value]) => value !== '' && name !== 'accountIds' && !RESTRICTIONS.includes(name),
  );
  if (other !== undefined) return ['NOT_MODELLED', `Local Jira does not model ${other[0]}.`];
  const group = idList(parameters['groupIds']).find(
    (groupId) => groupBy(desk.database, { id: groupId }) === undefined,
  );
  if (group !== undefined) return ['INVALID_PARAMETER', `there is no group with the id ${group}.`];
  const role = idList(parameters['roleIds']).find(
    (roleId) => roleById(desk.database, Number(roleId)) === undefined,
  );
  return role === undefined
    ? undefined
    : ['INVALID_PARAMETER', `there is no role with the id ${role}.`];
}
