import { z } from 'zod';
import { commentBody } from '../bodies';
import { commentByIdAlone, type Comment } from '../comments';
import type { Desk } from '../desk';
import type { Json, JsonObject } from '../json';
import { propertyKeys, propertyValue } from '../properties';
import { ok, refuse } from './answers';
import { pageOf } from './pages';
import { listed, type Routes } from './routes';
import { browsableIssue } from './visible';

/** Source: the description of the operation in older versions of the OpenAPI file: at most 1,000 ids. */
const MAX_IDS = 1_000;

const ListRequest = z.object({ ids: z.array(z.int()).min(1).max(MAX_IDS) });

export const commentListRoutes: Routes = {
  'POST /rest/api/3/comment/list': ({ desk, person, query, body }) => {
    const request = ListRequest.safeParse(body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const withProperties = listed(query, 'expand').includes('properties');
    const found = request.data.ids
      .flatMap((id) => commentByIdAlone(desk.database, id) ?? [])
      .filter(({ issueId }) => browsableIssue(desk, person, String(issueId)).kind === 'found');
    const sized = new URLSearchParams({ maxResults: String(MAX_IDS) });
    return ok(
      pageOf(desk, 'comment/list', sized, found, (comment) => ({
        ...commentBody(desk, comment),
        ...(withProperties ? { properties: properties(desk, comment) } : {}),
      })),
    );
  },
};

function properties(desk: Desk, { id }: Comment): readonly Json[] {
  return propertyKeys(desk.database, 'comment', id).map((key): JsonObject => ({
    key,
    value: propertyValue(desk.database, 'comment', id, key) ?? null,
  }));
}
