import { z } from 'zod';
import { issueTypeById } from '../issue-types';
import {
  addToScheme,
  allIssueTypeSchemes,
  DEFAULT_ISSUE_TYPE_SCHEME,
  issueTypeSchemeById,
  schemeOfProject,
  typesInScheme,
  type IssueTypeScheme,
} from '../issue-type-schemes';
import type { JsonObject } from '../json';
import { projectByIdOrKey } from '../projects';
import { NO_CONTENT, ok, refuse } from './answers';
import { pageOf } from './pages';
import { listed, part, type Routes } from './routes';
import { adminOnly } from './visible';

const TypesRequest = z.object({ issueTypeIds: z.array(z.string()).min(1) });

export const issueTypeSchemeRoutes: Routes = {
  'GET /rest/api/3/issuetypescheme': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const { desk, query } = call;
    const ids = listed(query, 'id');
    const found = allIssueTypeSchemes(desk.database).filter(
      ({ id }) => ids.length === 0 || ids.includes(String(id)),
    );
    return ok(pageOf(desk, 'issuetypescheme', query, found, schemeBody));
  },

  'GET /rest/api/3/issuetypescheme/project': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const { desk, query } = call;
    const { database } = desk;
    const wanted = listed(query, 'projectId').flatMap((id) => projectByIdOrKey(database, id) ?? []);
    const found = allIssueTypeSchemes(database)
      .map((scheme) => ({
        scheme,
        projects: wanted.filter(({ id }) => schemeOfProject(database, id) === scheme.id),
      }))
      .filter(({ projects }) => projects.length > 0);
    return ok(
      pageOf(desk, 'issuetypescheme/project', query, found, ({ scheme, projects }) => ({
        issueTypeScheme: schemeBody(scheme),
        projectIds: projects.map(({ id }) => String(id)),
      })),
    );
  },

  'PUT /rest/api/3/issuetypescheme/{issueTypeSchemeId}/issuetype': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const { database } = call.desk;
    const scheme = issueTypeSchemeById(database, Number(part(call, 'issueTypeSchemeId')));
    const request = TypesRequest.safeParse(call.body);
    if (scheme === undefined) return refuse(404, ['The issue type scheme was not found.']);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const ids = request.data.issueTypeIds.map(Number);
    const present = typesInScheme(database, scheme.id).map(({ id }) => id);
    if (ids.some((id) => issueTypeById(database, id) === undefined)) {
      return refuse(404, ['An issue type was not found.']);
    }
    if (ids.some((id) => present.includes(id))) {
      return refuse(400, ['The issue type scheme has one of these issue types already.']);
    }
    for (const id of ids) addToScheme(database, scheme.id, id);
    return NO_CONTENT;
  },
};

function schemeBody({ id, name, description }: IssueTypeScheme): JsonObject {
  return {
    id: String(id),
    name,
    description,
    isDefault: id === DEFAULT_ISSUE_TYPE_SCHEME,
  };
}
