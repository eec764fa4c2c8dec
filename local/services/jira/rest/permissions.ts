import { z } from 'zod';
import type { Desk } from '../desk';
import { issueByIdOrKey } from '../issues';
import type { JsonObject } from '../json';
import {
  appPermissions,
  GLOBAL_PERMISSIONS,
  holds,
  holdsOnIssue,
  isAdmin,
  isKnownProjectPermission,
  PROJECT_PERMISSIONS,
} from '../permissions';
import { allProjects, projectByIdOrKey } from '../projects';
import { forbidden, ok, refuse } from './answers';
import { type Call, listed, type Routes } from './routes';
import { browsableIssue, browsableProject } from './visible';

const Ids = z.array(z.union([z.int(), z.string().regex(/^\d+$/)])).default([]);

const CheckRequest = z.object({
  accountId: z.string().optional(),
  globalPermissions: z.array(z.string()).default([]),
  projectPermissions: z
    .array(z.object({ permissions: z.array(z.string()).min(1), projects: Ids, issues: Ids }))
    .default([]),
});

export const permissionRoutes: Routes = {
  'POST /rest/api/3/permissions/check': (call) => {
    const request = CheckRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { desk, person } = call;
    const { globalPermissions, projectPermissions } = request.data;
    const accountId = request.data.accountId ?? person.accountId;
    if (accountId !== person.accountId && !isAdmin(desk, person.accountId)) {
      return forbidden('Only administrators can check the permissions of other users.');
    }
    const unknown =
      globalPermissions.find((key) => !Object.hasOwn(GLOBAL_PERMISSIONS, key)) ??
      projectPermissions
        .flatMap(({ permissions }) => permissions)
        .find((key) => !isKnownProjectPermission(desk, key));
    if (unknown !== undefined) return refuse(400, [`Unrecognized permission: ${unknown}`]);
    return ok({
      globalPermissions: globalPermissions.filter(() => isAdmin(desk, accountId)),
      projectPermissions: projectPermissions.flatMap(({ permissions, projects, issues }) =>
        permissions.map((permission) => ({
          permission,
          projects: projects
            .map(Number)
            .filter((id) => holdsInProject(desk, accountId, permission, id)),
          issues: issues.map(Number).filter((id) => holdsAt(desk, accountId, permission, id)),
        })),
      ),
    });
  },

  'GET /rest/api/3/mypermissions': (call) => {
    const { desk, person, query } = call;
    const wanted = listed(query, 'permissions');
    if (wanted.length === 0) {
      return refuse(400, ["The 'permissions' query parameter is required."]);
    }
    const known = knownPermissions(desk);
    const unknown = wanted.find((key) => !known.some((permission) => permission.key === key));
    if (unknown !== undefined) return refuse(400, [`Unrecognized permission: ${unknown}`]);
    const place = placeOf(call);
    if (place.kind === 'refused') return place.response;
    return ok({
      permissions: Object.fromEntries(
        known
          .filter(({ key }) => wanted.includes(key))
          .map((permission) => [
            permission.key,
            { ...permission, havePermission: place.value(person.accountId, permission.key) },
          ]),
      ),
    });
  },

  'GET /rest/api/3/permissions': (call) =>
    ok({
      permissions: Object.fromEntries(
        knownPermissions(call.desk).map((permission) => [permission.key, permission]),
      ),
    }),
};

function holdsInProject(
  desk: Desk,
  accountId: string,
  permission: string,
  projectId: number,
): boolean {
  const project = projectByIdOrKey(desk.database, projectId);
  return project !== undefined && holds(desk, accountId, permission, project);
}

function holdsAt(desk: Desk, accountId: string, permission: string, issueId: number): boolean {
  const issue = issueByIdOrKey(desk.database, issueId);
  return issue !== undefined && holdsOnIssue(desk, accountId, permission, issue);
}

interface PermissionDetails extends JsonObject {
  readonly key: string;
}

function knownPermissions(desk: Desk): readonly PermissionDetails[] {
  const details = (type: string, [key, name]: readonly [string, string]) => ({
    id: key,
    key,
    name,
    type,
    description: '',
  });
  return [
    ...Object.entries(GLOBAL_PERMISSIONS).map((entry) => details('GLOBAL', entry)),
    ...Object.entries(PROJECT_PERMISSIONS).map((entry) => details('PROJECT', entry)),
    ...appPermissions(desk.app).map(({ key, name }) => details('PROJECT', [key, name])),
  ];
}

type Holds = (accountId: string, permission: string) => boolean;

/** Where permissions are asked for: at an issue, in a project, or anywhere at all. */
function placeOf({ desk, person, query }: Call) {
  const issueIdOrKey = query.get('issueKey') ?? query.get('issueId');
  const projectIdOrKey = query.get('projectKey') ?? query.get('projectId');
  const withGlobal =
    (inProject: Holds): Holds =>
    (accountId, permission) =>
      Object.hasOwn(GLOBAL_PERMISSIONS, permission)
        ? isAdmin(desk, accountId)
        : inProject(accountId, permission);
  if (issueIdOrKey !== null) {
    const found = browsableIssue(desk, person, issueIdOrKey);
    if (found.kind === 'refused') return found;
    const at: Holds = (accountId, permission) =>
      holdsOnIssue(desk, accountId, permission, found.value);
    return { kind: 'found' as const, value: withGlobal(at) };
  }
  if (projectIdOrKey !== null) {
    const found = browsableProject(desk, person, projectIdOrKey);
    if (found.kind === 'refused') return found;
    const within: Holds = (accountId, permission) =>
      holds(desk, accountId, permission, found.value);
    return { kind: 'found' as const, value: withGlobal(within) };
  }
  const anywhere: Holds = (accountId, permission) =>
    allProjects(desk.database).some((project) => holds(desk, accountId, permission, project));
  return { kind: 'found' as const, value: withGlobal(anywhere) };
}
