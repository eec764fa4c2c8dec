import type { Desk, Person } from '../desk';
import type { Issue } from '../issues';
import { holdsOnIssue } from '../permissions';
import { fieldsOnScreen } from '../screens';
import { conditionsHold, isRemoteOnly } from './conditions';
import { screenIdOf, type Transition, transitionsFrom } from './definition';
import { workflowFor } from './schemes';
import type { Attempt } from './scope';

/** What somebody may do with an issue now, in the workflow's order. */
export function availableTransitions(
  desk: Desk,
  person: Person,
  issue: Issue,
  source: Attempt['source'],
): readonly Transition[] {
  if (!holdsOnIssue(desk, person.accountId, 'TRANSITION_ISSUES', issue)) return [];
  const workflow = workflowFor(desk.database, issue.projectId, issue.typeId);
  return transitionsFrom(workflow.document, issue.statusId).filter((transition) =>
    conditionsHold(desk, { person, source, issue, workflow, transition, changes: [] }),
  );
}

/** What GET …/transitions lists: what is hidden from users only on request, even for the app. */
export function listedTransitions(
  desk: Desk,
  person: Person,
  issue: Issue,
  skipRemoteOnlyCondition: boolean,
): readonly Transition[] {
  return availableTransitions(desk, person, issue, 'api').filter(
    ({ conditions }) => skipRemoteOnlyCondition || !isRemoteOnly(conditions),
  );
}

/**
 * Fields that a transition lets one set: those on its screen, and a comment, which every transition
 * screen has. Without a screen nothing can be set (for the comment assumed, see DIFFERENCES.md).
 */
export function settableFields(desk: Desk, transition: Transition): readonly string[] {
  const screenId = screenIdOf(transition);
  return screenId === undefined ? [] : [...fieldsOnScreen(desk.database, screenId), 'comment'];
}
