/** What the person in front of the project settings may do: Jira itself is asked, as that person. */
import { route } from '@forge/api';
import { z } from 'zod';
import { appPermission } from './app-permissions';
import { ask, asUserClient } from './jira-client';

/** Whether they administer the project. */
export const administersProject = (project: string): Promise<boolean> =>
  holdsAll(project, ['ADMINISTER_PROJECTS']);

/** Whether they administer the project and may set up its releases. */
export const managesReleases = (project: string): Promise<boolean> =>
  holdsAll(project, ['ADMINISTER_PROJECTS', appPermission('manage-settings')]);

const Permissions = z.object({
  projectPermissions: z.array(z.object({ permission: z.string(), projects: z.array(z.int()) })),
});

async function holdsAll(project: string, permissions: readonly string[]): Promise<boolean> {
  const id = Number(project);
  const { projectPermissions } = await ask(
    asUserClient,
    {
      method: 'POST',
      path: route`/rest/api/3/permissions/check`,
      body: { projectPermissions: [{ permissions, projects: [id] }] },
    },
    Permissions,
  );
  return permissions.every((wanted) =>
    projectPermissions.some(
      ({ permission, projects }) => permission === wanted && projects.includes(id),
    ),
  );
}
