import { z } from 'zod';
import { restUrl } from '../bodies';
import type { Desk } from '../desk';
import type { Json, JsonObject } from '../json';
import { groupBy, userById } from '../people';
import {
  allPermissionSchemes,
  createPermissionScheme,
  grant,
  type Grant,
  grantsOf,
  HOLDER_TYPES,
  type PermissionScheme,
  permissionSchemeById,
  revoke,
} from '../permission-schemes';
import { isKnownProjectPermission } from '../permissions';
import { projectByIdOrKey, setPermissionScheme } from '../projects';
import { roleById } from '../roles';
import { created, NO_CONTENT, noSuchProject, ok, refuse } from './answers';
import { type Call, part, type Routes } from './routes';
import { adminOnly, browsableProject } from './visible';

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

export const permissionSchemeRoutes: Routes = {
  'GET /rest/api/3/permissionscheme': (call) =>
    ok({
      permissionSchemes: allPermissionSchemes(call.desk.database).map((scheme) =>
        expandedBody(call, scheme),
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
    return created(schemeWithGrants(call.desk, scheme));
  },

  'GET /rest/api/3/permissionscheme/{schemeId}': (call) => {
    const scheme = schemeOf(call);
    return scheme === undefined ? noSuchScheme() : ok(expandedBody(call, scheme));
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
    return scheme === undefined ? noSuchScheme() : ok(expandedBody(call, scheme));
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
    return ok(expandedBody(call, scheme));
  },
};

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
  };
}

function schemeWithGrants(desk: Desk, scheme: PermissionScheme): JsonObject {
  return { ...schemeBody(desk, scheme), permissions: grantBodies(desk, scheme.id) };
}

/** Grants come along when anything at all is to be expanded. Source: OpenAPI, the parameter `expand`. */
function expandedBody({ desk, query }: Call, scheme: PermissionScheme): JsonObject {
  return (query.get('expand') ?? '') === ''
    ? schemeBody(desk, scheme)
    : schemeWithGrants(desk, scheme);
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
      ...(found.holder === null
        ? {}
        : { parameter: holderParameter(desk, found, found.holder), value: found.holder }),
    },
  };
}

/** A group is named here, and known by its id beside it; other holders have one name. */
function holderParameter(desk: Desk, { holderType }: Grant, holder: string): string {
  return holderType === 'group' ? (groupBy(desk.database, { id: holder })?.name ?? holder) : holder;
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
