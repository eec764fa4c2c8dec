import { z } from 'zod';
import type { ServiceResponse } from '../../service';
import { issueTypeBody, projectBody, restUrl, statusBody, userBody } from '../bodies';
import { DEFAULT_PERMISSION_SCHEME, DEFAULT_WORKFLOW_SCHEME } from '../defaults';
import type { Desk, Person } from '../desk';
import { allIssueTypes } from '../issue-types';
import type { JsonObject } from '../json';
import { groupBy, userById } from '../people';
import { holds, isAdmin, permissionSchemeById } from '../permissions';
import { allProjects, createProject, projectByIdOrKey, type Project } from '../projects';
import {
  addRoleActor,
  ADMINISTRATORS_ROLE,
  allRoles,
  APPS_ROLE,
  removeRoleActor,
  roleActors,
  roleById,
  type Role,
  type RoleActor,
} from '../roles';
import { knownStatus } from '../statuses';
import { schemeById, workflowFor } from '../workflow/schemes';
import { created, forbidden, NO_CONTENT, ok, refuse } from './answers';
import { pageOf } from './pages';
import { listed, part, type Call, type Routes } from './routes';
import { adminOnly, browsableProject, mayBrowse, type Found } from './visible';

const ProjectRequest = z.object({
  key: z
    .string()
    .regex(
      /^[A-Z][A-Z0-9]{1,9}$/,
      'Project keys start with an uppercase letter, followed by one or more uppercase alphanumeric characters.',
    ),
  name: z.string().min(1).max(80),
  description: z.string().default(''),
  projectTypeKey: z.enum(['software', 'business', 'service_desk']).default('software'),
  leadAccountId: z.string(),
  permissionScheme: z.int().default(DEFAULT_PERMISSION_SCHEME),
  workflowScheme: z.int().default(DEFAULT_WORKFLOW_SCHEME),
});

const ActorsRequest = z.object({
  user: z.array(z.string()).default([]),
  groupId: z.array(z.string()).default([]),
  group: z.array(z.string()).default([]),
});

export const projectRoutes: Routes = {
  'POST /rest/api/3/project': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = ProjectRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [], errorsOf(request.error));
    return createdProject(call, request.data);
  },

  'GET /rest/api/3/project': ({ desk, person }) =>
    ok(visibleProjects(desk, person).map((project) => projectBody(desk, project))),

  'GET /rest/api/3/project/search': ({ desk, person, query }) => {
    const keys = listed(query, 'keys');
    const wanted = (query.get('query') ?? '').toLowerCase();
    const found = visibleProjects(desk, person).filter(
      ({ key, name }) =>
        (keys.length === 0 || keys.includes(key)) &&
        `${key} ${name}`.toLowerCase().includes(wanted),
    );
    return ok(
      pageOf(desk, 'project/search', query, found, (project) => projectBody(desk, project)),
    );
  },

  'GET /rest/api/3/project/{projectIdOrKey}': (call) => {
    const found = browsableProject(call.desk, call.person, part(call, 'projectIdOrKey'));
    return found.kind === 'refused' ? found.response : ok(wholeProject(call.desk, found.value));
  },

  'GET /rest/api/3/project/{projectIdOrKey}/statuses': (call) => {
    const { desk } = call;
    const found = browsableProject(desk, call.person, part(call, 'projectIdOrKey'));
    if (found.kind === 'refused') return found.response;
    return ok(
      allIssueTypes(desk.database).map((type) => ({
        id: String(type.id),
        self: restUrl(desk, `issuetype/${type.id}`),
        name: type.name,
        subtask: type.subtask,
        statuses: workflowFor(desk.database, found.value.id, type.id).document.statuses.map(
          ({ statusReference }) =>
            statusBody(desk, knownStatus(desk.database, Number(statusReference))),
        ),
      })),
    );
  },

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

function errorsOf(error: z.ZodError): Readonly<Record<string, string>> {
  return Object.fromEntries(
    error.issues.map(({ path, message }) => [
      path[0] === 'key' ? 'projectKey' : path.join('.'),
      message,
    ]),
  );
}

function createdProject(call: Call, fresh: z.infer<typeof ProjectRequest>): ServiceResponse {
  const { desk } = call;
  const { database } = desk;
  if (projectByIdOrKey(database, fresh.key) !== undefined) {
    return refuse(400, [], {
      projectKey: `Project '${fresh.key}' uses this project key.`,
    });
  }
  if (allProjects(database).some(({ name }) => name === fresh.name)) {
    return refuse(400, [], { projectName: 'A project with that name already exists.' });
  }
  if (userById(database, fresh.leadAccountId) === undefined) {
    return refuse(400, [], { projectLead: 'You must specify a valid project lead.' });
  }
  if (permissionSchemeById(database, fresh.permissionScheme) === undefined) {
    return refuse(400, [], { permissionScheme: 'The permission scheme does not exist.' });
  }
  if (schemeById(database, fresh.workflowScheme) === undefined) {
    return refuse(400, [], { workflowScheme: 'The workflow scheme does not exist.' });
  }
  const project = createProject(database, {
    key: fresh.key,
    name: fresh.name,
    description: fresh.description,
    typeKey: fresh.projectTypeKey,
    lead: fresh.leadAccountId,
    permissionSchemeId: fresh.permissionScheme,
    workflowSchemeId: fresh.workflowScheme,
  });
  const asUser = (accountId: string): RoleActor => ({ kind: 'user', accountId });
  addRoleActor(database, project.id, ADMINISTRATORS_ROLE, asUser(fresh.leadAccountId));
  // Jira puts apps into this role of every project, so that they can work in it.
  addRoleActor(database, project.id, APPS_ROLE, asUser(desk.app.accountId));
  return created({
    id: project.id,
    key: project.key,
    self: restUrl(desk, `project/${project.id}`),
  });
}

function visibleProjects(desk: Desk, person: Person): readonly Project[] {
  return allProjects(desk.database).filter((project) => mayBrowse(desk, person, project));
}

function wholeProject(desk: Desk, project: Project): JsonObject {
  return {
    ...projectBody(desk, project),
    description: project.description,
    lead: userBody(desk, project.lead),
    issueTypes: allIssueTypes(desk.database).map((type) => issueTypeBody(desk, type)),
    components: [],
    versions: [],
    assigneeType: 'UNASSIGNED',
    style: 'classic',
    isPrivate: false,
    properties: {},
    roles: Object.fromEntries(
      allRoles(desk.database).map(({ id, name }) => [
        name,
        restUrl(desk, `project/${project.id}/role/${id}`),
      ]),
    ),
  };
}

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
