import { restUrl } from '../bodies';
import type { Desk } from '../desk';
import type { JsonObject } from '../json';
import { isAdmin } from '../permissions';
import { type Task, taskById } from '../tasks';
import { forbidden, ok, refuse } from './answers';
import { part, type Routes } from './routes';

/** Jira's own number of a user, of which its other answers say nothing. */
const SUBMITTER_NUMBER = 10000;

export const taskRoutes: Routes = {
  'GET /rest/api/3/task/{taskId}': (call) => {
    const { desk, person } = call;
    const task = taskById(desk.database, Number(part(call, 'taskId')));
    if (task === undefined) return refuse(404, ['The task was not found.']);
    return task.submitter === person.accountId || isAdmin(desk, person.accountId)
      ? ok(taskBody(desk, task))
      : forbidden('Only administrators can see the tasks of other users.');
  },
};

function taskBody(desk: Desk, { id, description, submittedMs, finishedMs }: Task): JsonObject {
  const nowMs = desk.clock.now();
  const isFinished = finishedMs <= nowMs;
  return {
    self: restUrl(desk, `task/${id}`),
    id: String(id),
    description,
    status: isFinished ? 'COMPLETE' : 'RUNNING',
    submittedBy: SUBMITTER_NUMBER,
    progress: isFinished ? 100 : 0,
    elapsedRuntime: Math.min(nowMs, finishedMs) - submittedMs,
    submitted: submittedMs,
    started: submittedMs,
    ...(isFinished ? { finished: finishedMs } : {}),
    lastUpdate: isFinished ? finishedMs : submittedMs,
  };
}
