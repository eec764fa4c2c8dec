import { statusBody } from '../bodies';
import type { Desk } from '../desk';
import { type Field, fieldByIdOrKey } from '../fields';
import type { Issue } from '../issues';
import type { JsonObject } from '../json';
import { knownStatus } from '../statuses';
import { settableFields } from '../workflow/available';
import { screenIdOf, type Transition } from '../workflow/definition';

/** A transition as GET …/transitions answers it. */
export function transitionBody(
  desk: Desk,
  issue: Issue,
  transition: Transition,
  withFields: boolean,
): JsonObject {
  const toStatusId = Number(transition.toStatusReference);
  return {
    id: transition.id,
    name: transition.name,
    to: statusBody(desk, knownStatus(desk.database, toStatusId)),
    hasScreen: screenIdOf(transition) !== undefined,
    isGlobal: transition.type === 'GLOBAL',
    isInitial: false,
    isAvailable: true,
    isConditional: transition.conditions !== null && transition.conditions !== undefined,
    looped: toStatusId === issue.statusId,
    ...(withFields ? { fields: screenFields(desk, transition) } : {}),
  };
}

function screenFields(desk: Desk, transition: Transition): JsonObject {
  return Object.fromEntries(
    settableFields(desk, transition).flatMap((id) => {
      const field = fieldByIdOrKey(desk.database, id);
      // Read-only fields of apps are not shown on screens. Source: the Forge page of jira:customField.
      return field === undefined || field.readOnly ? [] : [[id, fieldMetadata(field)] as const];
    }),
  );
}

/** A field on a screen, as createmeta, editmeta and transitions describe it. */
export function fieldMetadata(field: Field): JsonObject {
  return {
    key: field.id,
    name: field.name,
    required: field.id === 'summary',
    hasDefaultValue: false,
    operations:
      field.id === 'comment' ? ['add'] : field.id === 'labels' ? ['add', 'set', 'remove'] : ['set'],
    schema: { ...field.schema },
  };
}
