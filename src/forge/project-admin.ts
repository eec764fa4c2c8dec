import { route } from '@forge/api';
import { z } from 'zod';
import { ask, asUserClient } from './jira-client';

const Permissions = z.object({
  projectPermissions: z.array(z.object({ permission: z.string(), projects: z.array(z.int()) })),
});

/** Whether the person in front of the page administers the project: Jira itself is asked, as that person. */
export async function administersProject(project: string): Promise<boolean> {
  const id = Number(project);
  const { projectPermissions } = await ask(
    asUserClient,
    {
      method: 'POST',
      path: route`/rest/api/3/permissions/check`,
      body: { projectPermissions: [{ permissions: ['ADMINISTER_PROJECTS'], projects: [id] }] },
    },
    Permissions,
  );
  return projectPermissions.some(
    (grant) => grant.permission === 'ADMINISTER_PROJECTS' && grant.projects.includes(id),
  );
}
