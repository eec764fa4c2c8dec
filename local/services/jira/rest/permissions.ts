import { z } from 'zod';
import { restUrl } from '../bodies';
import type { Desk } from '../desk';
import { issueByIdOrKey } from '../issues';
import type { Json, JsonObject } from '../json';
import { groupBy, userById } from '../people';
import {
  allPermissionSchemes,
  appPermissions,
  createPermissionScheme,
  GLOBAL_PERMISSIONS,
  grant,
  grantsOf,
  HOLDER_TYPES,
  holds,
  holdsOnIssue,
  isAdmin,
  isKnownProjectPermission,
  permissionSchemeById,
  PROJECT_PERMISSIONS,
  revoke,
  type Grant,
  type PermissionScheme,
} from '../permissions';
import { allProjects, projectByIdOrKey, setPermissionScheme } from '../projects';
import { roleById } from '../roles';
import { created, forbidden, NO_CONTENT, noSuchProject, ok, refuse } from './answers';
import { listed, part, type Call, type Routes } from './routes';
import { adminOnly, browsableIssue, browsableProject } from './visible';

const Ids = z.array(z.union([z.int(), z.string().regex(/^\d+$/)])).default([]);

const CheckRequest = z.object({
  accountId: z.string().optional(),
  globalPermissions: z.array(z.string()).default([]),
  projectPermissions: z
    .array(z.object({ permissions: z.array(z.string()).min(1), projects: Ids, issues: Ids }))
    .default([]),
});

const GrantRequest = z.object({
  permission: z.string(),
  holder: z.object({
    type: z.enum(HOLDER_TYPES),
    parameter: z.string().optional(),
    value: z.string().optional(),
  }),
});

const SchemeRequest = z.object({
  name: z.string().min(1).max(255),
  description: z.string().default(''),
  permissions: z.array(GrantRequest).default([]),
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
      globalPermissions.find((key) => !(key in GLOBAL_PERMISSIONS)) ??
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

  'GET /rest/api/3/permissionscheme': ({ desk }) =>
    ok({
      permissionSchemes: allPermissionSchemes(desk.database).map((scheme) =>
        schemeBody(desk, scheme),
      ),
    }),

  'POST /rest/api/3/permissionscheme': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = SchemeRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { database } = call.desk;
    const { name, description, permissions } = request.data;
    if (allPermissionSchemes(database).some((scheme) => scheme.name === name)) {
      return refuse(400, [`A permission scheme named "${name}" exists already.`]);
    }
    const grants = permissions.map((wanted) => readGrant(call.desk, wanted));
    const wrong = grants.find((read) => typeof read === 'string');
    if (wrong !== undefined) return refuse(400, [wrong]);
    const scheme = createPermissionScheme(database, { name, description });
    for (const read of grants) {
      if (typeof read !== 'string') grant(database, scheme.id, read);
    }
    return created(schemeBody(call.desk, scheme));
  },

  'GET /rest/api/3/permissionscheme/{schemeId}': (call) => {
    const scheme = schemeOf(call);
    return scheme === undefined ? noSuchScheme() : ok(schemeBody(call.desk, scheme));
  },

  'GET /rest/api/3/permissionscheme/{schemeId}/permission': (call) => {
    const scheme = schemeOf(call);
    if (scheme === undefined) return noSuchScheme();
    return ok({ permissions: grantBodies(call.desk, scheme.id) });
  },

  'POST /rest/api/3/permissionscheme/{schemeId}/permission': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const scheme = schemeOf(call);
    if (scheme === undefined) return noSuchScheme();
    const request = GrantRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const read = readGrant(call.desk, request.data);
    if (typeof read === 'string') return refuse(400, [read]);
    return created(grantBody(call.desk, scheme.id, grant(call.desk.database, scheme.id, read)));
  },

  'DELETE /rest/api/3/permissionscheme/{schemeId}/permission/{permissionId}': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const schemeId = Number(part(call, 'schemeId'));
    return revoke(call.desk.database, schemeId, Number(part(call, 'permissionId')))
      ? NO_CONTENT
      : refuse(400, ['The permission grant was not found.']);
  },

  'GET /rest/api/3/project/{projectKeyOrId}/permissionscheme': (call) => {
    const { desk, person } = call;
    const found = browsableProject(desk, person, part(call, 'projectKeyOrId'));
    if (found.kind === 'refused') return found.response;
    const scheme = permissionSchemeById(desk.database, found.value.permissionSchemeId);
    return scheme === undefined ? noSuchScheme() : ok(schemeBody(desk, scheme));
  },

  'PUT /rest/api/3/project/{projectKeyOrId}/permissionscheme': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const { database } = call.desk;
    const idOrKey = part(call, 'projectKeyOrId');
    const project = projectByIdOrKey(database, idOrKey);
    const wanted = z.object({ id: z.int() }).safeParse(call.body);
    const scheme = wanted.success ? permissionSchemeById(database, wanted.data.id) : undefined;
    if (project === undefined) return noSuchProject(idOrKey);
    if (scheme === undefined) return noSuchScheme();
    setPermissionScheme(database, project.id, scheme.id);
    return ok(schemeBody(call.desk, scheme));
  },
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
      permission in GLOBAL_PERMISSIONS
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

function schemeOf(call: Call): PermissionScheme | undefined {
  return permissionSchemeById(call.desk.database, Number(part(call, 'schemeId')));
}

const noSuchScheme = () => refuse(404, ['The permission scheme was not found.']);

function schemeBody(desk: Desk, scheme: PermissionScheme): JsonObject {
  return {
    expand: 'permissions,user,group,projectRole,field,all',
    id: scheme.id,
    self: restUrl(desk, `permissionscheme/${scheme.id}`),
    name: scheme.name,
    description: scheme.description,
    permissions: grantBodies(desk, scheme.id),
  };
}

function grantBodies(desk: Desk, schemeId: number): readonly Json[] {
  return grantsOf(desk.database, schemeId).map((found) => grantBody(desk, schemeId, found));
}

function grantBody(desk: Desk, schemeId: number, found: Grant): JsonObject {
  return {
    id: found.id,
    self: restUrl(desk, `permissionscheme/${schemeId}/permission/${found.id}`),
    permission: found.permission,
    holder: {
      type: found.holderType,
      ...(found.holder === null ? {} : { parameter: found.holder, value: found.holder }),
    },
  };
}

/** The grant, or the sentence that says what is wrong with it. */
function readGrant(
  desk: Desk,
  { permission, holder }: z.infer<typeof GrantRequest>,
): Omit<Grant, 'id'> | string {
  if (!isKnownProjectPermission(desk, permission)) return `Unrecognized permission: ${permission}`;
  const named = holder.value ?? holder.parameter;
  switch (holder.type) {
    case 'group': {
      const group =
        named === undefined
          ? undefined
          : (groupBy(desk.database, { id: named }) ?? groupBy(desk.database, { name: named }));
      return group === undefined
        ? `The group ${named ?? ''} does not exist.`
        : { permission, holderType: 'group', holder: group.id };
    }
    case 'projectRole':
      return roleById(desk.database, Number(named)) === undefined
        ? `The role ${named ?? ''} does not exist.`
        : { permission, holderType: 'projectRole', holder: named ?? '' };
    case 'user':
      return userById(desk.database, named ?? '') === undefined
        ? `The user ${named ?? ''} does not exist.`
        : { permission, holderType: 'user', holder: named ?? '' };
    case 'anyone':
    case 'applicationRole':
    case 'assignee':
    case 'projectLead':
    case 'reporter':
      return { permission, holderType: holder.type, holder: null };
  }
}
