/** Who works in the demo's project: everybody but the auditor, who reads. As an admin sets it up in Jira. */
import { z } from 'zod';
import { jiraAs } from './jira-client';
import type { JiraClient } from './jira-client';

const MEMBERS = ['admin', 'dev', 'tester', 'dba', 'leader', 'backup', 'ops', 'qa', 'po', 'cto'];
const ROLE = 'Member';
const SCHEME = 'Members work, others read';
/** What whoever is no member keeps. */
const READING: readonly string[] = ['BROWSE_PROJECTS'];

const Holder = z.object({ type: z.string(), parameter: z.string().optional() });
const Scheme = z.object({
  id: z.int(),
  name: z.string(),
  permissions: z.array(z.object({ permission: z.string(), holder: Holder })).default([]),
});
const Schemes = z.object({ permissionSchemes: z.array(Scheme) });
const Roles = z.array(z.object({ id: z.int(), name: z.string() }));

/** Gives the project a permission scheme in which members do what every user may do in a new project. */
export async function provideMembers(siteUrl: string, project: string): Promise<void> {
  const admin = jiraAs(siteUrl, 'admin');
  const roles = Roles.parse(await admin.request('GET', '/rest/api/3/role'));
  const role = roles.find(({ name }) => name === ROLE);
  if (!role) throw new Error(`Local Jira has no project role ${ROLE}.`);
  const user = await Promise.all(MEMBERS.map((person) => jiraAs(siteUrl, person).accountId()));
  await admin.request('POST', `/rest/api/3/project/${project}/role/${String(role.id)}`, { user });
  const id = await provideScheme(admin, project, String(role.id));
  await admin.request('PUT', `/rest/api/3/project/${project}/permissionscheme`, { id });
}

async function provideScheme(admin: JiraClient, project: string, role: string): Promise<number> {
  const { permissionSchemes } = Schemes.parse(
    await admin.request('GET', '/rest/api/3/permissionscheme'),
  );
  const earlier = permissionSchemes.find(({ name }) => name === SCHEME);
  if (earlier) return earlier.id;
  const path = `/rest/api/3/project/${project}/permissionscheme?expand=permissions`;
  const current = Scheme.parse(await admin.request('GET', path));
  const permissions = current.permissions.map(({ permission, holder }) =>
    holder.type === 'applicationRole' && !READING.includes(permission)
      ? { permission, holder: { type: 'projectRole', parameter: role } }
      : { permission, holder },
  );
  const body = { name: SCHEME, permissions };
  return Scheme.parse(await admin.request('POST', '/rest/api/3/permissionscheme', body)).id;
}
