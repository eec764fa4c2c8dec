import { addToScheme, DEFAULT_ISSUE_TYPE_SCHEME, issueTypesOf } from '../issue-type-schemes';
import { z } from 'zod';
import { issueTypeBody, statusBody } from '../bodies';
import { allIssueTypes, createIssueType, issueTypeById, issueTypeByName } from '../issue-types';
import type { JsonObject } from '../json';
import { allStatuses, createStatus, type Status, statusById, statusByName } from '../statuses';
import { atomically } from '../table';
import { created, notModelled, ok, refuse } from './answers';
import { pageOf } from './pages';
import { listed, part, type Routes } from './routes';
import { adminOnly, browsableProject } from './visible';

const StatusesRequest = z.object({
  scope: z.object({ type: z.enum(['GLOBAL', 'PROJECT']) }),
  statuses: z
    .array(
      z.object({
        name: z.string().min(1).max(60),
        description: z.string().default(''),
        statusCategory: z.enum(['TODO', 'IN_PROGRESS', 'DONE']),
      }),
    )
    .min(1),
});

const IssueTypeRequest = z.object({
  name: z.string().min(1).max(60),
  description: z.string().default(''),
  type: z.enum(['standard', 'subtask']).default('standard'),
  hierarchyLevel: z.int().optional(),
});

export const statusRoutes: Routes = {
  'GET /rest/api/3/status': ({ desk }) =>
    ok(allStatuses(desk.database).map((status) => statusBody(desk, status))),

  'GET /rest/api/3/status/{idOrName}': (call) => {
    const idOrName = part(call, 'idOrName');
    const { database } = call.desk;
    const status = statusById(database, Number(idOrName)) ?? statusByName(database, idOrName);
    return status === undefined
      ? refuse(404, ['The status was not found.'])
      : ok(statusBody(call.desk, status));
  },

  'GET /rest/api/3/statuses': ({ desk, query }) => {
    const ids = listed(query, 'id');
    const found = allStatuses(desk.database).filter(({ id }) => ids.includes(String(id)));
    return ok(found.map(jiraStatusBody));
  },

  'GET /rest/api/3/statuses/search': ({ desk, query }) => {
    const wanted = (query.get('searchString') ?? '').toLowerCase();
    const category = query.get('statusCategory');
    const found = allStatuses(desk.database).filter(
      (status) =>
        status.name.toLowerCase().includes(wanted) &&
        (category === null || status.category === category),
    );
    const sized = new URLSearchParams(query);
    if (!sized.has('maxResults')) sized.set('maxResults', '200');
    return ok(pageOf(desk, 'statuses/search', sized, found, jiraStatusBody));
  },

  'POST /rest/api/3/statuses': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = StatusesRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    if (request.data.scope.type === 'PROJECT') return notModelled('statuses of one project');
    const { database } = call.desk;
    const names = request.data.statuses.map(({ name }) => name);
    const taken = names.find(
      (name, at) => statusByName(database, name) !== undefined || names.indexOf(name) !== at,
    );
    if (taken !== undefined) {
      return refuse(409, [`A status named "${taken}" exists already.`]);
    }
    const statuses = atomically(database, () =>
      request.data.statuses.map(({ name, description, statusCategory: category }) =>
        createStatus(database, { name, description, category }),
      ),
    );
    return ok(statuses.map(jiraStatusBody));
  },
};

export const issueTypeRoutes: Routes = {
  'GET /rest/api/3/issuetype': ({ desk }) =>
    ok(allIssueTypes(desk.database).map((type) => issueTypeBody(desk, type))),

  'GET /rest/api/3/issuetype/project': (call) => {
    const { desk, person, query } = call;
    const found = browsableProject(desk, person, query.get('projectId') ?? '');
    if (found.kind === 'refused') return found.response;
    const types = issueTypesOf(desk.database, found.value.id);
    return ok(types.map((type) => issueTypeBody(desk, type)));
  },

  'GET /rest/api/3/issuetype/{id}': (call) => {
    const type = issueTypeById(call.desk.database, Number(part(call, 'id')));
    return type === undefined
      ? refuse(404, ['The issue type was not found.'])
      : ok(issueTypeBody(call.desk, type));
  },

  'POST /rest/api/3/issuetype': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = IssueTypeRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { name, description, type, hierarchyLevel } = request.data;
    if (issueTypeByName(call.desk.database, name) !== undefined) {
      return refuse(409, ['An issue type with this name already exists.']);
    }
    const subtask = type === 'subtask' || hierarchyLevel === -1;
    const fresh = createIssueType(call.desk.database, { name, description, subtask });
    // A new type is in the default scheme; a project with a scheme of its own does not offer it yet.
    addToScheme(call.desk.database, DEFAULT_ISSUE_TYPE_SCHEME, fresh.id);
    return created(issueTypeBody(call.desk, fresh));
  },
};

function jiraStatusBody(status: Status): JsonObject {
  return {
    id: String(status.id),
    name: status.name,
    description: status.description,
    statusCategory: status.category,
    scope: { type: 'GLOBAL' },
  };
}
