import { z } from 'zod';
import type { Desk } from '../desk';
import { type Field, fieldByIdOrKey } from '../fields';
import type { JsonObject } from '../json';
import {
  addToTab,
  allScreens,
  createScreen,
  createTab,
  DEFAULT_SCREEN,
  fieldsOnTab,
  screenById,
  type ScreenTab,
  tabsOf,
} from '../screens';
import { created, ok, refuse } from './answers';
import { pageOf } from './pages';
import { type Call, listed, part, type Routes } from './routes';
import { adminOnly } from './visible';

const NamedRequest = z.object({
  name: z.string().min(1).max(255),
  description: z.string().default(''),
});

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
