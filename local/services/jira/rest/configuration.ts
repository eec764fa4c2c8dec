import { z } from 'zod';
import { issueTypeBody, statusBody } from '../bodies';
import type { Desk } from '../desk';
import { allFields, createField, fieldByIdOrKey, type Field } from '../fields';
import { allIssueTypes, createIssueType, issueTypeById, issueTypeByName } from '../issue-types';
import type { JsonObject } from '../json';
import {
  addToTab,
  allScreens,
  createScreen,
  createTab,
  DEFAULT_SCREEN,
  fieldsOnTab,
  screenById,
  tabsOf,
  type ScreenTab,
} from '../screens';
import { allStatuses, createStatus, statusById, statusByName, type Status } from '../statuses';
import { atomically } from '../table';
import { created, notModelled, ok, refuse } from './answers';
import { pageOf } from './pages';
import { listed, part, type Call, type Routes } from './routes';
import { adminOnly } from './visible';

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

const FieldRequest = z.object({
  name: z.string().min(1).max(255),
  description: z.string().default(''),
  type: z.string(),
  searcherKey: z.string().optional(),
});

const NamedRequest = z.object({
  name: z.string().min(1).max(255),
  description: z.string().default(''),
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

  'GET /rest/api/3/issuetype/project': ({ desk }) =>
    ok(allIssueTypes(desk.database).map((type) => issueTypeBody(desk, type))),

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
    return created(issueTypeBody(call.desk, fresh));
  },
};

export const fieldRoutes: Routes = {
  'GET /rest/api/3/field': ({ desk }) => ok(allFields(desk.database).map(fieldBody)),

  'GET /rest/api/3/field/search': ({ desk, query }) => {
    const ids = listed(query, 'id');
    const types = listed(query, 'type');
    const wanted = (query.get('query') ?? '').toLowerCase();
    const found = allFields(desk.database).filter(
      (field) =>
        (ids.length === 0 || ids.includes(field.id)) &&
        (types.length === 0 || types.includes(field.custom ? 'custom' : 'system')) &&
        field.name.toLowerCase().includes(wanted),
    );
    return ok(
      pageOf(desk, 'field/search', query, found, ({ id, key, name, schema, description }) => ({
        id,
        key,
        name,
        description,
        schema: { ...schema },
      })),
    );
  },

  'POST /rest/api/3/field': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = FieldRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const outcome = createField(call.desk.database, request.data);
    return outcome.kind === 'created'
      ? created(fieldBody(outcome.field))
      : notModelled(
          `fields of the type ${request.data.type}; it knows ${outcome.known.join(', ')}`,
        );
  },
};

export const screenRoutes: Routes = {
  'GET /rest/api/3/screens': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const { desk, query } = call;
    const wanted = (query.get('queryString') ?? '').toLowerCase();
    const ids = listed(query, 'id');
    const found = allScreens(desk.database).filter(
      ({ id, name }) =>
        (ids.length === 0 || ids.includes(String(id))) && name.toLowerCase().includes(wanted),
    );
    return ok(pageOf(desk, 'screens', query, found, (screen) => ({ ...screen })));
  },

  'POST /rest/api/3/screens': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = NamedRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    return created({ ...createScreen(call.desk.database, request.data) });
  },

  'POST /rest/api/3/screens/addToDefault/{fieldId}': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const tab = tabsOf(call.desk.database, DEFAULT_SCREEN)[0];
    const field = fieldByIdOrKey(call.desk.database, part(call, 'fieldId'));
    if (tab === undefined || field === undefined) return refuse(404, ['The field was not found.']);
    return addToTab(call.desk.database, tab, field.id) ? ok({}) : alreadyThere(field);
  },

  'GET /rest/api/3/screens/{screenId}/tabs': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const screenId = Number(part(call, 'screenId'));
    if (screenById(call.desk.database, screenId) === undefined) return noSuchScreen();
    return ok(tabsOf(call.desk.database, screenId).map(({ id, name }) => ({ id, name })));
  },

  'POST /rest/api/3/screens/{screenId}/tabs': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const screenId = Number(part(call, 'screenId'));
    const request = NamedRequest.safeParse(call.body);
    if (screenById(call.desk.database, screenId) === undefined) return noSuchScreen();
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { id, name } = createTab(call.desk.database, screenId, request.data.name);
    return ok({ id, name });
  },

  'GET /rest/api/3/screens/{screenId}/tabs/{tabId}/fields': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const tab = tabOf(call);
    if (tab === undefined) return noSuchScreen();
    return ok(fieldsOnTab(call.desk.database, tab.id).map((id) => onScreen(call.desk, id)));
  },

  'POST /rest/api/3/screens/{screenId}/tabs/{tabId}/fields': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = z.object({ fieldId: z.string() }).safeParse(call.body);
    const tab = tabOf(call);
    if (tab === undefined) return noSuchScreen();
    const field = request.success
      ? fieldByIdOrKey(call.desk.database, request.data.fieldId)
      : undefined;
    if (field === undefined) return refuse(400, ['The field does not exist.']);
    return addToTab(call.desk.database, tab, field.id)
      ? ok(onScreen(call.desk, field.id))
      : alreadyThere(field);
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

function fieldBody(field: Field): JsonObject {
  return {
    id: field.id,
    key: field.key,
    name: field.name,
    custom: field.custom,
    orderable: true,
    navigable: true,
    searchable: true,
    clauseNames: field.custom ? [`cf[${field.schema.customId ?? 0}]`, field.name] : [field.id],
    schema: { ...field.schema },
  };
}

function tabOf(call: Call): ScreenTab | undefined {
  return tabsOf(call.desk.database, Number(part(call, 'screenId'))).find(
    ({ id }) => id === Number(part(call, 'tabId')),
  );
}

function onScreen(desk: Desk, fieldId: string): JsonObject {
  return { id: fieldId, name: fieldByIdOrKey(desk.database, fieldId)?.name ?? fieldId };
}

const noSuchScreen = () => refuse(404, ['The screen or the tab was not found.']);
const alreadyThere = ({ name }: Field) =>
  refuse(400, [`The field ${name} is on this screen already.`]);
