/** Gives the project a copy of its permission scheme in which our permissions are granted too. */
import { route } from '@forge/api';
import { z } from 'zod';
import { appPermission } from './app-permissions';
import { demand, demandDone } from './installer-call';

const STEP = 'Permission scheme';

const Grant = z.object({
  permission: z.string(),
  holder: z.object({
    type: z.string(),
    parameter: z.string().optional(),
    value: z.string().optional(),
  }),
});
type Grant = z.infer<typeof Grant>;

const Scheme = z.object({
  id: z.int(),
  name: z.string(),
  permissions: z.array(Grant).default([]),
});
type Scheme = z.infer<typeof Scheme>;

/** Nobody gains or loses anything by the installation: ours go to whoever holds Jira's own beside them. */
const wantedGrants = () => [
  { ours: appPermission('edit-content'), beside: 'EDIT_ISSUES' },
  { ours: appPermission('manage-settings'), beside: 'ADMINISTER_PROJECTS' },
];

/** Other projects of the scheme keep theirs. A scheme that grants our permissions already is left as it is. */
export async function providePermissions(project: string): Promise<void> {
  const current = await demand(
    STEP,
    {
      method: 'GET',
      path: route`/rest/api/3/project/${project}/permissionscheme?expand=permissions`,
    },
    Scheme,
  );
  const missing = missingGrants(current.permissions);
  if (missing.length === 0) return;
  const id = await provideCopy(project, [...current.permissions, ...missing]);
  await demandDone(STEP, {
    method: 'PUT',
    path: route`/rest/api/3/project/${project}/permissionscheme`,
    body: { id },
  });
}

function missingGrants(present: readonly Grant[]): readonly Grant[] {
  return wantedGrants()
    .filter(({ ours }) => !present.some(({ permission }) => permission === ours))
    .flatMap(({ ours, beside }) =>
      present
        .filter(({ permission }) => permission === beside)
        .map(({ holder }) => ({ permission: ours, holder })),
    );
}

const Schemes = z.object({ permissionSchemes: z.array(Scheme) });

/**
 * A copy that an earlier attempt left behind is used if it still says the same. One that says something else may
 * serve another project by now: it is not touched, and the new copy gets a number.
 */
async function provideCopy(project: string, grants: readonly Grant[]): Promise<number> {
  const path = route`/rest/api/3/permissionscheme?expand=permissions`;
  const { permissionSchemes } = await demand(STEP, { method: 'GET', path }, Schemes);
  const byName = new Map(permissionSchemes.map((scheme) => [scheme.name, scheme]));
  for (let number = 1; ; number += 1) {
    const name = copyName(project, number);
    const earlier = byName.get(name);
    if (!earlier) return createCopy(name, grants);
    if (isSame(earlier.permissions, grants)) return earlier.id;
  }
}

const copyName = (project: string, number: number): string =>
  `Interlock permissions (${project})${number === 1 ? '' : ` ${String(number)}`}`;

async function createCopy(name: string, permissions: readonly Grant[]): Promise<number> {
  const description = 'Made by Interlock: the project’s permissions, and those of releases.';
  const body = { name, description, permissions };
  const call = { method: 'POST' as const, path: route`/rest/api/3/permissionscheme`, body };
  return (await demand(STEP, call, z.object({ id: z.int() }))).id;
}

function isSame(some: readonly Grant[], others: readonly Grant[]): boolean {
  const lines = (grants: readonly Grant[]): string => grants.map(lineOf).sort().join('\n');
  return lines(some) === lines(others);
}

/** Jira names a group twice, by its name and by its id; only the id stays. */
const lineOf = ({ permission, holder: { type, parameter, value } }: Grant): string =>
  [permission, type, value ?? parameter ?? ''].join(' ');
