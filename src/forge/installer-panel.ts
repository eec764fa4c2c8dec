/** Shows the release panel on every issue of the project, old and new, without anybody adding it. */
import { route } from '@forge/api';
import { z } from 'zod';
import { InstallerError } from '#app/installer-port';
import { demand } from './installer-call';
import { moduleAri } from './module-ari';

const STEP = 'Panel';
const PANEL_MODULE = 'release-panel';

/** Jira pins in a task of its own. That an app may ask for it as the person who clicks is assumed. */
export async function pinPanel(project: string): Promise<void> {
  const { taskId } = await demand(
    STEP,
    {
      method: 'POST',
      path: route`/rest/api/3/forge/panel/action/bulk/async`,
      body: {
        moduleId: moduleAri(PANEL_MODULE),
        projectList: [{ action: 'PIN', projectIdOrKey: project }],
      },
    },
    z.object({ taskId: z.string() }),
  );
  await untilDone(taskId);
}

/** A click has 25 s (Forge's limit); the other steps need most of them. */
const LOOKS_MAX = 12;
const LOOK_EVERY_MS = 400;

const UNDER_WAY = ['ENQUEUED', 'RUNNING'];

const Task = z.object({ status: z.string(), message: z.string().optional() });

async function untilDone(taskId: string): Promise<void> {
  for (let look = 1; look <= LOOKS_MAX; look += 1) {
    const path = route`/rest/api/3/task/${taskId}`;
    const { status, message } = await demand(STEP, { method: 'GET', path }, Task);
    if (status === 'COMPLETE') return;
    if (!UNDER_WAY.includes(status))
      throw new InstallerError(STEP, message ?? `Jira’s task ended as ${status}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new InstallerError(STEP, 'Jira is not done with it after 5 seconds.');
}
