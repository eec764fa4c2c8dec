import type { Comment } from '../comments';
import type { Desk } from '../desk';
import { changelogBody, eventIssue, type IssueUpdate } from '../events';
import type { Issue } from '../issues';
import { knownStatus } from '../statuses';
import { forgeModule, ruleConfig } from './conditions';
import type { Attempt } from './scope';

export interface Execution {
  readonly update: IssueUpdate;
  readonly comment: Comment | undefined;
  /** The same for all post-functions of one move. */
  readonly executionId: string;
}

/**
 * Hands every post-function of a move to the app: after the commit, in no promised order.
 * Payload: developer.atlassian.com/platform/forge/events-reference/jira, "Run post function event";
 * the inner members of transition and workflow are partly assumed (DIFFERENCES.md).
 */
export function deliverPostFunctions(
  desk: Desk,
  attempt: Attempt,
  moved: Issue,
  { update, comment, executionId }: Execution,
): void {
  const { transition, workflow, person } = attempt;
  const status = (id: number) => ({ id: String(id), name: knownStatus(desk.database, id).name });
  for (const rule of transition.actions) {
    const module = forgeModule(desk, rule);
    const functionKey = module?.properties['function'];
    if (module === undefined || typeof functionKey !== 'string') {
      desk.log(
        `Post-function ${rule.parameters['key'] ?? rule.ruleKey} on "${transition.name}" is not provided by the app, so it did not run for ${moved.key}.`,
      );
      continue;
    }
    desk.app.deliver({
      kind: 'post-function',
      moduleKey: module.key,
      moduleType: module.type,
      functionKey,
      accountId: person.accountId,
      payload: {
        issue: eventIssue(desk, moved),
        transition: {
          id: Number(transition.id),
          name: transition.name,
          from: status(attempt.issue.statusId),
          to: status(moved.statusId),
          executionId,
        },
        workflow: { id: workflow.id, name: workflow.document.name },
        atlassianId: person.accountId,
        // A move that changed nothing, such as a loop, has no changelog (assumed, see DIFFERENCES.md).
        ...(update.historyId === undefined ? {} : { changelog: changelogBody(update) }),
        ...(comment === undefined ? {} : { comment: { id: String(comment.id) } }),
        configuration: ruleConfig(rule) ?? {},
        context: { cloudId: desk.cloudId, moduleKey: module.key },
        postFunction: { id: rule.parameters['id'] ?? rule.id ?? '' },
      },
    });
  }
}
