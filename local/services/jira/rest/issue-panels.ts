import { z } from 'zod';
import type { Desk } from '../desk';
import { isPinned, setPinned } from '../panels';
import { projectByIdOrKey } from '../projects';
import { atomically } from '../table';
import { createTask } from '../tasks';
import { refuse } from './answers';
import type { Routes } from './routes';
import { adminOnly } from './visible';

const PANEL_MODULE = 'jira:issuePanel';

/** How long the task takes: ours. */
const PINNING_MS = 1_200;

const PinRequest = z.strictObject({
  moduleId: z.string(),
  projectList: z
    .array(z.strictObject({ action: z.enum(['PIN', 'UNPIN']), projectIdOrKey: z.string() }))
    .max(1000),
});

export const issuePanelRoutes: Routes = {
  'POST /rest/api/3/forge/panel/action/bulk/async': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = PinRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { desk, person } = call;
    const { moduleId, projectList } = request.data;
    const panel = desk.app
      .modules(PANEL_MODULE)
      .find(({ key }) => desk.app.moduleAri(key) === moduleId);
    if (panel === undefined) return refuse(400, [`No issue panel has the module ID ${moduleId}.`]);
    const wanted = projectList.map(({ action, projectIdOrKey }) => ({
      isPinned: action === 'PIN',
      projectIdOrKey,
      project: projectByIdOrKey(desk.database, projectIdOrKey),
    }));
    const missing = wanted.find(({ project }) => project === undefined);
    if (missing !== undefined) return refuse(400, [`No project ${missing.projectIdOrKey} exists.`]);
    const taskId = atomically(desk.database, () => {
      const task = createTask(desk.database, {
        description: 'Pin or unpin an issue panel',
        submitter: person.accountId,
        submittedMs: desk.clock.now(),
        finishedMs: desk.clock.now() + PINNING_MS,
      });
      for (const { project, isPinned: isWanted } of wanted) {
        if (project === undefined) continue;
        change(desk, { projectId: project.id, moduleKey: panel.key, isWanted }, task.finishedMs);
      }
      return task.id;
    });
    return { status: 202, body: { taskId: String(taskId) } };
  },
};

/** What is as wanted already stays so while the task runs. */
function change(
  { database, clock }: Desk,
  wanted: { readonly projectId: number; readonly moduleKey: string; readonly isWanted: boolean },
  fromMs: number,
): void {
  const { projectId, moduleKey, isWanted } = wanted;
  if (isPinned(database, projectId, moduleKey, clock.now()) === isWanted) return;
  setPinned(database, { projectId, moduleKey, isPinned: isWanted, fromMs });
}
