import { z } from 'zod';
import { restUrl } from '../bodies';
import type { Desk } from '../desk';
import type { JsonObject } from '../json';
import { groupBy, userById } from '../people';
import { holds, isAdmin } from '../permissions';
import type { Project } from '../projects';
import {
  addRoleActor,
  allRoles,
  removeRoleActor,
  type Role,
  type RoleActor,
  roleActors,
  roleById,
} from '../roles';
import { forbidden, NO_CONTENT, ok, refuse } from './answers';
import { type Call, listed, part, type Routes } from './routes';
import { browsableProject, type Found } from './visible';

const ActorsRequest = z.object({
  user: z.array(z.string()).default([]),
  groupId: z.array(z.string()).default([]),
  group: z.array(z.string()).default([]),
});

export const projectRoleRoutes: Routes = {
  'GET /rest/api/3/role': ({ desk }) =>
    ok(allRoles(desk.database).map((role) => roleBody(desk, role))),

  'GET /rest/api/3/project/{projectIdOrKey}/role': (call) => {
    const { desk } = call;
    const found = browsableProject(desk, call.person, part(call, 'projectIdOrKey'));
    if (found.kind === 'refused') return found.response;
    return ok(
      Object.fromEntries(
        allRoles(desk.database).map(({ id, name }) => [
          name,
          restUrl(desk, `project/${found.value.id}/role/${id}`),
        ]),
      ),
    );
  },

  'GET /rest/api/3/project/{projectIdOrKey}/role/{id}': (call) => {
    const found = roleOfProject(call);
    return found.kind === 'refused'
      ? found.response
      : ok(roleWithActors(call.desk, found.value.project, found.value.role));
  },

  'POST /rest/api/3/project/{projectIdOrKey}/role/{id}': (call) => {
    const found = roleOfProject(call);
    if (found.kind === 'refused') return found.response;
    const request = ActorsRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { project, role } = found.value;
    const actors = wantedActors(call.desk, request.data);
    if (typeof actors === 'string') return refuse(400, [actors]);
    for (const actor of actors) addRoleActor(call.desk.database, project.id, role.id, actor);
    return ok(roleWithActors(call.desk, project, role));
  },

  'DELETE /rest/api/3/project/{projectIdOrKey}/role/{id}': (call) => {
    const found = roleOfProject(call);
    if (found.kind === 'refused') return found.response;
    const wanted = {
      user: listed(call.query, 'user'),
      groupId: listed(call.query, 'groupId'),
      group: listed(call.query, 'group'),
    };
    const actors = wantedActors(call.desk, wanted);
    if (typeof actors === 'string') return refuse(404, [actors]);
    const { project, role } = found.value;
    for (const actor of actors) removeRoleActor(call.desk.database, project.id, role.id, actor);
    return NO_CONTENT;
  },
};

function roleBody(desk: Desk, role: Role): JsonObject {
  return {
    self: restUrl(desk, `role/${role.id}`),
    id: role.id,
    name: role.name,
    description: role.description,
  };
}

function roleWithActors(desk: Desk, project: Project, role: Role): JsonObject {
  return {
    ...roleBody(desk, role),
    self: restUrl(desk, `project/${project.id}/role/${role.id}`),
    actors: roleActors(desk.database, project.id, role.id).map((actor, at) => ({
      id: at + 1,
      ...actorBody(desk, actor),
    })),
  };
}

function actorBody(desk: Desk, actor: RoleActor): JsonObject {
  if (actor.kind === 'user') {
    return {
      type: 'atlassian-user-role-actor',
      displayName: userById(desk.database, actor.accountId)?.displayName ?? '',
      actorUser: { accountId: actor.accountId },
    };
  }
  const name = groupBy(desk.database, { id: actor.groupId })?.name ?? '';
  return {
    type: 'atlassian-group-role-actor',
    displayName: name,
    name,
    actorGroup: { groupId: actor.groupId, name, displayName: name },
  };
}

/** The project and the role of a path, for those who administer the project. */
function roleOfProject(call: Call): Found<{ readonly project: Project; readonly role: Role }> {
  const { desk, person } = call;
  const found = browsableProject(desk, person, part(call, 'projectIdOrKey'));
  if (found.kind === 'refused') return found;
  const isAllowed =
    isAdmin(desk, person.accountId) ||
    holds(desk, person.accountId, 'ADMINISTER_PROJECTS', found.value);
  if (!isAllowed) {
    const sentence = 'You do not have permission to administer this project.';
    return { kind: 'refused', response: forbidden(sentence) };
  }
  const role = roleById(desk.database, Number(part(call, 'id')));
  return role === undefined
    ? { kind: 'refused', response: refuse(404, ['The role was not found.']) }
    : { kind: 'found', value: { project: found.value, role } };
}

function wantedActors(
  desk: Desk,
  wanted: Readonly<Record<'user' | 'group' | 'groupId', readonly string[]>>,
): readonly RoleActor[] | string {
  const actors: RoleActor[] = [];
  for (const accountId of wanted.user) {
    if (userById(desk.database, accountId) === undefined) {
      return `The user ${accountId} does not exist.`;
    }
    actors.push({ kind: 'user', accountId });
  }
  const groups = [
    ...wanted.groupId.map((id) => [id, groupBy(desk.database, { id })] as const),
    ...wanted.group.map((name) => [name, groupBy(desk.database, { name })] as const),
  ];
  for (const [asked, group] of groups) {
    if (group === undefined) return `The group ${asked} does not exist.`;
    actors.push({ kind: 'group', groupId: group.id });
  }
  return actors;
}
