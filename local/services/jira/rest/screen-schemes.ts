import { z } from 'zod';
import { issueTypeById } from '../issue-types';
import { projectByIdOrKey } from '../projects';
import {
  allScreenSchemes,
  allTypeScreenSchemes,
  createScreenScheme,
  createTypeScreenScheme,
  giveTypeScreenScheme,
  OTHER_TYPES,
  Screens,
  typeScreenSchemeOf,
} from '../screen-schemes';
import { screenById } from '../screens';
import { created, NO_CONTENT, ok, refuse } from './answers';
import { pageOf } from './pages';
import { type Call, listed, type Routes } from './routes';
import { adminOnly } from './visible';

const SchemeRequest = z.strictObject({
  name: z.string().min(1).max(255),
  description: z.string().max(255).default(''),
  screens: Screens,
});

const TypeSchemeRequest = z.strictObject({
  name: z.string().min(1).max(255),
  description: z.string().max(255).default(''),
  issueTypeMappings: z.array(
    z.strictObject({ issueTypeId: z.string(), screenSchemeId: z.string() }),
  ),
});

const Association = z.strictObject({
  issueTypeScreenSchemeId: z.string(),
  projectId: z.string(),
});

export const screenSchemeRoutes: Routes = {
  'GET /rest/api/3/screenscheme': (call) =>
    adminOnly(call) ??
    ok(
      pageOf(
        call.desk,
        'screenscheme',
        call.query,
        wanted(call, allScreenSchemes(call.desk.database)),
        ({ id, name, description, screens }) => ({
          id,
          name,
          description,
          screens: Object.fromEntries(
            Object.entries(screens).flatMap(([operation, screen]) =>
              screen === undefined ? [] : [[operation, screen] as const],
            ),
          ),
        }),
      ),
    ),

  'POST /rest/api/3/screenscheme': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = SchemeRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { database } = call.desk;
    if (allScreenSchemes(database).some(({ name }) => name === request.data.name)) {
      return refuse(400, ['The screen scheme name is used by another screen scheme.']);
    }
    const screens = Object.values(request.data.screens);
    const missing = screens.find(
      (id) => id !== undefined && screenById(database, id) === undefined,
    );
    if (missing !== undefined) return refuse(404, [`The screen ${missing} was not found.`]);
    return created({ id: createScreenScheme(database, request.data).id });
  },

  'GET /rest/api/3/issuetypescreenscheme': (call) =>
    adminOnly(call) ??
    ok(
      pageOf(
        call.desk,
        'issuetypescreenscheme',
        call.query,
        wanted(call, allTypeScreenSchemes(call.desk.database)),
        ({ id, name, description }) => ({ id: String(id), name, description }),
      ),
    ),

  'POST /rest/api/3/issuetypescreenscheme': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = TypeSchemeRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { database } = call.desk;
    const { name, description, issueTypeMappings } = request.data;
    if (allTypeScreenSchemes(database).some((scheme) => scheme.name === name)) {
      return refuse(400, ['The issue type screen scheme name is used by another scheme.']);
    }
    if (!issueTypeMappings.some(({ issueTypeId }) => issueTypeId === OTHER_TYPES)) {
      return refuse(400, ['An issue type screen scheme needs a default mapping.']);
    }
    const schemes = allScreenSchemes(database);
    const unknown = issueTypeMappings.find(
      ({ issueTypeId, screenSchemeId }) =>
        (issueTypeId !== OTHER_TYPES &&
          issueTypeById(database, Number(issueTypeId)) === undefined) ||
        !schemes.some(({ id }) => String(id) === screenSchemeId),
    );
    if (unknown !== undefined) {
      return refuse(404, ['The issue type or the screen scheme was not found.']);
    }
    const mappings = Object.fromEntries(
      issueTypeMappings.map(({ issueTypeId, screenSchemeId }) => [
        issueTypeId,
        Number(screenSchemeId),
      ]),
    );
    const { id } = createTypeScreenScheme(database, { name, description, mappings });
    return created({ id: String(id) });
  },

  'GET /rest/api/3/issuetypescreenscheme/mapping': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const ids = listed(call.query, 'issueTypeScreenSchemeId');
    const mappings = allTypeScreenSchemes(call.desk.database)
      .filter(({ id }) => ids.length === 0 || ids.includes(String(id)))
      .flatMap((scheme) =>
        Object.entries(scheme.mappings).map(([issueTypeId, screenSchemeId]) => ({
          issueTypeId,
          issueTypeScreenSchemeId: String(scheme.id),
          screenSchemeId: String(screenSchemeId),
        })),
      );
    const path = 'issuetypescreenscheme/mapping';
    return ok(pageOf(call.desk, path, call.query, mappings, (mapping) => mapping));
  },

  'GET /rest/api/3/issuetypescreenscheme/project': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const { desk, query } = call;
    const { database } = desk;
    const projects = listed(query, 'projectId').flatMap(
      (id) => projectByIdOrKey(database, id) ?? [],
    );
    const found = allTypeScreenSchemes(database)
      .map((scheme) => ({
        scheme,
        users: projects.filter(({ id }) => typeScreenSchemeOf(database, id) === scheme.id),
      }))
      .filter(({ users }) => users.length > 0);
    return ok(
      pageOf(desk, 'issuetypescreenscheme/project', query, found, ({ scheme, users }) => ({
        issueTypeScreenScheme: {
          id: String(scheme.id),
          name: scheme.name,
          description: scheme.description,
        },
        projectIds: users.map(({ id }) => String(id)),
      })),
    );
  },

  'PUT /rest/api/3/issuetypescreenscheme/project': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = Association.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { database } = call.desk;
    const project = projectByIdOrKey(database, request.data.projectId);
    const scheme = allTypeScreenSchemes(database).find(
      ({ id }) => String(id) === request.data.issueTypeScreenSchemeId,
    );
    if (project === undefined || scheme === undefined) {
      return refuse(404, ['The issue type screen scheme or the project was not found.']);
    }
    giveTypeScreenScheme(database, project.id, scheme.id);
    return NO_CONTENT;
  },
};

/** By `id` and by a part of the name, as the lists of both kinds take them. */
function wanted<Scheme extends { readonly id: number; readonly name: string }>(
  { query }: Call,
  schemes: readonly Scheme[],
): readonly Scheme[] {
  const ids = listed(query, 'id');
  const part = (query.get('queryString') ?? '').toLowerCase();
  return schemes.filter(
    ({ id, name }) =>
      (ids.length === 0 || ids.includes(String(id))) && name.toLowerCase().includes(part),
  );
}
