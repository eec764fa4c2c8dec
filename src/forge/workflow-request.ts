/** The body by which Jira creates the release workflow: statuses, transitions, and our rules on each of them. */
import type { TemplateStatus, TemplateTransition } from '#core/workflow-template';
import type { WorkflowToCreate } from '#app/installer-port';

/** What the request needs to know about this Jira. */
export interface RequestFacts {
  /** Field id of *Interlock gate*. */
  readonly gateField: string;
  /** Jira's name for a module of this app. */
  readonly moduleAri: (moduleKey: string) => string;
  /** A status that this Jira has already by that name. */
  readonly existingStatus: (
    name: string,
  ) => { readonly id: string; readonly category: string } | undefined;
  readonly newId: () => string;
}

interface Rule {
  readonly ruleKey: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A status keeps the category that it has; a workflow only refers to it. */
export function workflowRequest(wanted: WorkflowToCreate, facts: RequestFacts) {
  const { template } = wanted;
  const references = new Map(template.statuses.map(({ status }) => [status, facts.newId()]));
  const referenceOf = (status: TemplateStatus['status']): string => {
    const reference = references.get(status);
    if (reference === undefined) throw new Error(`The template lacks the status ${status}.`);
    return reference;
  };
  return {
    scope: { type: 'GLOBAL' },
    statuses: template.statuses.map(({ status, name, category }) => {
      const existing = facts.existingStatus(name);
      return {
        ...(existing ? { id: existing.id } : {}),
        name,
        description: '',
        statusCategory: existing?.category ?? category,
        statusReference: referenceOf(status),
      };
    }),
    workflows: [
      {
        name: wanted.name,
        description:
          'Made and kept by Interlock from its transition table; do not edit it by hand.',
        statuses: template.statuses.map(({ status }) => ({
          statusReference: referenceOf(status),
          properties: {},
        })),
        transitions: [
          create(referenceOf('draft')),
          ...template.transitions.map((transition) =>
            transitionBody(transition, wanted, facts, referenceOf),
          ),
        ],
      },
    ],
  };
}

const create = (toStatusReference: string) => ({
  id: '1',
  name: 'Create',
  description: '',
  type: 'INITIAL',
  toStatusReference,
  links: [],
  validators: [],
  actions: [],
  triggers: [],
  properties: {},
});

function transitionBody(
  transition: TemplateTransition,
  wanted: WorkflowToCreate,
  facts: RequestFacts,
  referenceOf: (status: TemplateStatus['status']) => string,
) {
  const rules = rulesOf(transition, wanted, facts);
  return {
    id: transition.id,
    name: transition.name,
    description: '',
    type: transition.from.length === 0 ? 'GLOBAL' : 'DIRECTED',
    toStatusReference: referenceOf(transition.to),
    links: transition.from.map((status) => ({ fromStatusReference: referenceOf(status) })),
    conditions: { operation: 'ALL', conditions: rules.conditions, conditionGroups: [] },
    validators: rules.validators,
    actions: rules.actions,
    triggers: [],
    properties: {},
    ...(transition.reason
      ? {
          transitionScreen: {
            ruleKey: 'system:transition-screen',
            parameters: { screenId: wanted.reasonScreen },
          },
        }
      : {}),
  };
}

/** Conditions judge who, validators judge the facts, the post-function records what a person did. */
function rulesOf(
  { action, by, reason }: TemplateTransition,
  { reasonField }: WorkflowToCreate,
  facts: RequestFacts,
): { conditions: readonly Rule[]; validators: readonly Rule[]; actions: readonly Rule[] } {
  const forge = (ruleKey: string, moduleKey: string, config: object): Rule => ({
    ruleKey,
    parameters: {
      key: facts.moduleAri(moduleKey),
      config: JSON.stringify(config),
      id: facts.newId(),
      disabled: 'false',
    },
  });
  const who = { action, gateField: facts.gateField };
  const what = reason ? { action, reasonField } : { action };
  const validators = [forge('forge:expression-validator', 'gate-validator', what)];
  if (by === 'app') {
    const conditions = [
      { ruleKey: 'system:restrict-from-all-users', parameters: { restrictMode: 'users' } },
      forge('forge:expression-condition', 'machine-condition', who),
    ];
    return { conditions, validators, actions: [] };
  }
  return {
    conditions: [forge('forge:expression-condition', 'person-condition', who)],
    validators,
    actions: [forge('forge:workflow-post-function', 'gate-recorder', what)],
  };
}
