import { randomUUID } from 'node:crypto';
import type { Desk } from '../desk';
import { createStatus } from '../statuses';
import { atomically } from '../table';
import {
  type ConditionGroup,
  type CreateRequest,
  type Rule,
  type Transition,
  withReferences,
} from './definition';
import { createWorkflow, type Workflow } from './store';

/** Creates the statuses and workflows of a request that was checked before. */
export function createWorkflows(desk: Desk, request: CreateRequest): readonly Workflow[] {
  return atomically(desk.database, () => {
    const idOf = new Map(
      request.statuses.map((status) => {
        const { name, description, statusCategory: category } = status;
        const id =
          status.id ?? String(createStatus(desk.database, { name, description, category }).id);
        return [status.statusReference, id] as const;
      }),
    );
    const referenceOf = (reference: string): string => {
      const id = idOf.get(reference);
      if (id === undefined) throw new Error(`Status reference ${reference} was not checked.`);
      return id;
    };
    return request.workflows.map((workflow) => {
      const document = withReferences(workflow, referenceOf);
      const transitions = document.transitions.map(withRuleIds);
      return createWorkflow(desk.database, { ...document, transitions }, desk.clock.now());
    });
  });
}

/** Jira gives every rule an id of its own. */
function withRuleIds(transition: Transition): Transition {
  const { conditions } = transition;
  return {
    ...transition,
    conditions: conditions === null || conditions === undefined ? null : identified(conditions),
    validators: transition.validators.map(identifiedRule),
    actions: transition.actions.map(identifiedRule),
  };
}

function identified(group: ConditionGroup): ConditionGroup {
  return {
    ...group,
    conditions: group.conditions.map(identifiedRule),
    conditionGroups: group.conditionGroups.map(identified),
  };
}

function identifiedRule(rule: Rule): Rule {
  return { ...rule, id: rule.id ?? randomUUID() };
}
