import { z } from 'zod';
import { addHistory, statusChange } from '../changelog';
import { announceUpdated } from '../events';
import { issueByIdOrKey, moveStatus } from '../issues';
import { knownStatus, statusById } from '../statuses';
import { atomically } from '../table';
import { NO_CONTENT, noSuchIssue, refuse } from './answers';
import type { Routes } from './routes';
import { adminOnly } from './visible';

const ForceRequest = z.object({
  issue: z.string(),
  statusId: z.union([z.string(), z.number()]).transform(Number),
});

export const localRoutes: Routes = {
  /**
   * A status changed past every rule, as an administrator can bring it about on Jira with a workflow
   * of his own: changelog and event, no conditions, validators or post-functions.
   */
  'POST /local/force-status': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = ForceRequest.safeParse(call.body);
    if (!request.success)
      return refuse(400, [
        'A forced status needs {"issue": "<key or id>", "statusId": "<id>"} as its body.',
      ]);
    const { desk, person } = call;
    const { database } = desk;
    const issue = issueByIdOrKey(database, request.data.issue);
    if (issue === undefined) return noSuchIssue();
    const to = statusById(database, request.data.statusId);
    if (to === undefined) return refuse(400, [`There is no status ${request.data.statusId}.`]);
    const nowMs = desk.clock.now();
    const items = [statusChange(knownStatus(database, issue.statusId), to)];
    const history = atomically(database, () => {
      moveStatus(database, issue.id, { from: issue.statusId, to: to.id, nowMs });
      const author = person.accountId;
      return addHistory(database, { issueId: issue.id, author, createdMs: nowMs, items });
    });
    const moved = issueByIdOrKey(database, issue.id) ?? issue;
    announceUpdated(desk, moved, person, { historyId: history.id, items });
    return NO_CONTENT;
  },
};
