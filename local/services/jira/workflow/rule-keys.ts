/** Rule keys that this Jira runs, by the place where they may stand. */
export const MODELLED = {
  condition: [
    'system:restrict-issue-transition',
    'system:restrict-from-all-users',
    'forge:expression-condition',
  ],
  validator: ['forge:expression-validator'],
  action: ['forge:workflow-post-function'],
  screen: ['system:transition-screen'],
} as const;

export type RulePlace = keyof typeof MODELLED;

/** The manifest module behind a Forge rule. */
export const FORGE_MODULES: Readonly<Record<string, string>> = {
  'forge:expression-condition': 'jira:workflowCondition',
  'forge:expression-validator': 'jira:workflowValidator',
  'forge:workflow-post-function': 'jira:workflowPostFunction',
};

/**
 * Rules that Jira Cloud has and this one does not run. Source: the text of
 * GET /rest/api/3/workflows/capabilities in Atlassian's OpenAPI file.
 */
export const NOT_MODELLED: readonly string[] = [
  'system:block-in-progress-approval',
  'system:change-assignee',
  'system:check-field-value',
  'system:check-permission-validator',
  'system:copy-value-from-other-field',
  'system:jsd-approvals-block-until-approved',
  'system:jsd-approvals-block-until-rejected',
  'system:parent-or-child-blocking-condition',
  'system:parent-or-child-blocking-validator',
  'system:previous-status-condition',
  'system:previous-status-validator',
  'system:proforma-forms-attached',
  'system:proforma-forms-submitted',
  'system:remind-people-to-update-fields',
  'system:separation-of-duties',
  'system:trigger-agent',
  'system:trigger-webhook',
  'system:update-field',
  'system:validate-field-value',
];

/** The comma-separated ids in a parameter of a rule. */
export function idList(parameter: string | undefined): readonly string[] {
  return (parameter ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}
