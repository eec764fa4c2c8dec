import { z } from 'zod';
import type { ServiceResponse } from '../../service';
import { issueTypeBody, projectBody, restUrl, statusBody, userBody } from '../bodies';
import { DEFAULT_PERMISSION_SCHEME, DEFAULT_WORKFLOW_SCHEME, TEMPLATE_TYPES } from '../defaults';
import type { Desk, Person } from '../desk';
import {
  addToScheme,
  createIssueTypeScheme,
  giveScheme,
  issueTypesOf,
} from '../issue-type-schemes';
import { issueTypeByName } from '../issue-types';
import type { JsonObject } from '../json';
import { groupBy, userById } from '../people';
import { permissionSchemeById } from '../permission-schemes';
import { ADMINISTRATORS_GROUP } from '../permissions';
import { allProjects, createProject, type Project, projectByIdOrKey } from '../projects';
import { addRoleActor, ADMINISTRATORS_ROLE, allRoles, APPS_ROLE, type RoleActor } from '../roles';
import { knownStatus } from '../statuses';
import { schemeById, workflowFor } from '../workflow/schemes';
import { created, ok, refuse } from './answers';
import { pageOf } from './pages';
import { type Call, listed, part, type Routes } from './routes';
import { adminOnly, browsableProject, mayBrowse } from './visible';

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
      issueTypesOf(desk.database, found.value.id).map((type) => ({
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
  giveOwnIssueTypes(desk, project);
  const administrators = groupBy(database, { name: ADMINISTRATORS_GROUP });
  if (administrators !== undefined) {
    const group: RoleActor = { kind: 'group', groupId: administrators.id };
    addRoleActor(database, project.id, ADMINISTRATORS_ROLE, group);
  }
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

/** As templates do: a scheme of the project's own, with the types that a new site has. */
function giveOwnIssueTypes({ database }: Desk, project: Project): void {
  const scheme = createIssueTypeScheme(database, {
    name: `${project.key}: Issue Type Scheme`,
    description: '',
  });
  for (const type of TEMPLATE_TYPES) {
    const found = issueTypeByName(database, type);
    if (found !== undefined) addToScheme(database, scheme.id, found.id);
  }
  giveScheme(database, project.id, scheme.id);
}

function visibleProjects(desk: Desk, person: Person): readonly Project[] {
  return allProjects(desk.database).filter((project) => mayBrowse(desk, person, project));
}

function wholeProject(desk: Desk, project: Project): JsonObject {
  return {
    ...projectBody(desk, project),
    description: project.description,
    lead: userBody(desk, project.lead),
    issueTypes: issueTypesOf(desk.database, project.id).map((type) => issueTypeBody(desk, type)),
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
