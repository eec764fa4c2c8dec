import type { Desk } from '../desk';
import { statusById, statusByName } from '../statuses';
import type { CreateRequest, Rule, Transition, WorkflowDocument } from './definition';
import { ruleComplaint, rulesOf } from './rule-check';
import type { RulePlace } from './rule-keys';
import { workflowByName } from './store';

/** One thing that is wrong with a workflow that somebody wants to create. */
export interface WorkflowError {
  readonly type: 'RULE' | 'STATUS' | 'WORKFLOW' | 'TRANSITION' | 'SCOPE';
  readonly code: string;
  readonly message: string;
  readonly element?: {
    readonly statusReference?: string;
    readonly transitionId?: string;
    readonly ruleId?: string;
  };
}

/** Everything that is wrong with a request to create workflows; nothing when it may be carried out. */
export function checkCreation(desk: Desk, request: CreateRequest): readonly WorkflowError[] {
  return [
    ...scopeErrors(request),
    ...statusErrors(desk, request),
    ...request.workflows.flatMap((workflow) => workflowErrors(desk, request, workflow)),
  ];
}

function scopeErrors(request: CreateRequest): readonly WorkflowError[] {
  return request.scope.type === 'GLOBAL'
    ? []
    : [
        {
          type: 'SCOPE',
          code: 'NOT_MODELLED',
          message:
            'Local Jira models workflows of the scope GLOBAL (company-managed projects) only.',
        },
      ];
}

function statusErrors(desk: Desk, { statuses }: CreateRequest): readonly WorkflowError[] {
  return statuses.flatMap((status, at): readonly WorkflowError[] => {
    const element = { statusReference: status.statusReference };
    if (status.id !== undefined) {
      return statusById(desk.database, Number(status.id)) === undefined
        ? [error('STATUS', 'STATUS_NOT_FOUND', `There is no status ${status.id}.`, element)]
        : [];
    }
    const isTaken =
      statusByName(desk.database, status.name) !== undefined ||
      statuses.findIndex(({ name }) => name === status.name) !== at;
    return isTaken
      ? [error('STATUS', 'NON_UNIQUE_STATUS_NAME', 'You must use a unique status name.', element)]
      : [];
  });
}

function workflowErrors(
  desk: Desk,
  request: CreateRequest,
  workflow: WorkflowDocument,
): readonly WorkflowError[] {
  const known = new Set(request.statuses.map(({ statusReference }) => statusReference));
  const used = new Set(workflow.statuses.map(({ statusReference }) => statusReference));
  const initial = workflow.transitions.filter(({ type }) => type === 'INITIAL');
  const errors: WorkflowError[] = [];
  if (workflowByName(desk.database, workflow.name) !== undefined) {
    const message = `A workflow named "${workflow.name}" exists already.`;
    errors.push(error('WORKFLOW', 'NON_UNIQUE_WORKFLOW_NAME', message));
  }
  if (initial.length !== 1) {
    const message = `A workflow has one initial transition; "${workflow.name}" has ${initial.length}.`;
    errors.push(error('WORKFLOW', 'INITIAL_TRANSITION', message));
  }
  for (const statusReference of used) {
    if (known.has(statusReference)) continue;
    const message = `Status reference ${statusReference} is not among the statuses of the request.`;
    errors.push(error('STATUS', 'UNKNOWN_STATUS_REFERENCE', message, { statusReference }));
  }
  return [
    ...errors,
    ...duplicateErrors(workflow.transitions),
    ...workflow.transitions.flatMap((transition) => transitionErrors(desk, transition, used)),
  ];
}

function duplicateErrors(transitions: readonly Transition[]): readonly WorkflowError[] {
  return transitions.flatMap((transition, at): readonly WorkflowError[] => {
    const earlier = transitions.slice(0, at);
    const element = { transitionId: transition.id };
    if (earlier.some(({ id }) => id === transition.id)) {
      const message = `Transition id ${transition.id} is used twice.`;
      return [error('TRANSITION', 'NON_UNIQUE_TRANSITION_ID', message, element)];
    }
    const twin = earlier.find(({ name, links }) => {
      const from = links.map((link) => link.fromStatusReference);
      return (
        name === transition.name &&
        transition.links.some((link) => from.includes(link.fromStatusReference))
      );
    });
    if (twin === undefined) return [];
    const message = `Two transitions named "${transition.name}" leave the same status.`;
    return [error('TRANSITION', 'NON_UNIQUE_TRANSITION_NAME', message, element)];
  });
}

function transitionErrors(
  desk: Desk,
  transition: Transition,
  used: ReadonlySet<string>,
): readonly WorkflowError[] {
  const element = { transitionId: transition.id };
  const wrong = (code: string, message: string) => error('TRANSITION', code, message, element);
  const errors: WorkflowError[] = [];
  const ends = [
    transition.toStatusReference,
    ...transition.links.flatMap(({ fromStatusReference }) => fromStatusReference ?? []),
  ];
  for (const end of ends) {
    if (used.has(end)) continue;
    const message = `Transition "${transition.name}" names status ${end}, which its workflow does not have.`;
    errors.push(wrong('UNKNOWN_STATUS_REFERENCE', message));
  }
  if (transition.type === 'DIRECTED' && transition.links.length === 0) {
    errors.push(wrong('NO_LINKS', `Transition "${transition.name}" starts nowhere.`));
  }
  if (transition.type !== 'DIRECTED' && transition.links.length > 0) {
    errors.push(
      wrong('LINKS', `Transition "${transition.name}" is ${transition.type} and has links.`),
    );
  }
  if (transition.triggers.length > 0) {
    errors.push(wrong('NOT_MODELLED', 'Local Jira does not model triggers of transitions.'));
  }
  if (transition.type === 'INITIAL' && rulesOf(transition).length > 0) {
    const message =
      'The initial transition takes no conditions, and Local Jira models no other rules on it.';
    errors.push(wrong('INITIAL_TRANSITION', message));
  }
  return [
    ...errors,
    ...rulesOf(transition).flatMap(([place, rule]) => ruleErrors(desk, transition, place, rule)),
  ];
}

function ruleErrors(
  desk: Desk,
  transition: Transition,
  place: RulePlace,
  rule: Rule,
): readonly WorkflowError[] {
  const complaint = ruleComplaint(desk, transition, place, rule);
  if (complaint === undefined) return [];
  const [code, message] = complaint;
  return [
    error('RULE', code, `Transition "${transition.name}": ${message}`, {
      transitionId: transition.id,
      ...(typeof rule.id === 'string' ? { ruleId: rule.id } : {}),
    }),
  ];
}

function error(
  type: WorkflowError['type'],
  code: string,
  message: string,
  element?: WorkflowError['element'],
): WorkflowError {
  return element === undefined ? { type, code, message } : { type, code, message, element };
}
