import { z } from 'zod';
import type { ServiceResponse } from '../../service';
import type { Desk, Person } from '../desk';
import { searchIssues } from '../issue-search';
import { issueByIdOrKey } from '../issues';
import { parseJql } from '../jql/parse';
import { isJsonObject } from '../json';
import { ok, refuse } from './answers';
import { issueBody } from './issue-body';
import { listed, type Routes, wholeNumber } from './routes';

const SearchRequest = z.object({
  jql: z.string().default(''),
  nextPageToken: z.string().optional(),
  maxResults: z.int().min(0).default(50),
  fields: z.array(z.string()).default([]),
  expand: z.string().default(''),
  properties: z.array(z.string()).default([]),
  reconcileIssues: z.array(z.int()).default([]),
});
type SearchRequest = z.infer<typeof SearchRequest>;

/** Largest page. Source: the description of `maxResults` of search/jql, "up to 5000 … with ids only". */
const MAX_RESULTS = 100;
const MAX_RESULTS_IDS_ONLY = 5_000;
/** Source: the description of `reconcileIssues`: at most 50 ids. */
const MAX_RECONCILED = 50;

export const searchRoutes: Routes = {
  'POST /rest/api/3/search/jql': ({ desk, person, body }) => {
    const request = SearchRequest.safeParse(isJsonObject(body) ? body : {});
    return request.success
      ? search(desk, person, request.data)
      : refuse(400, [z.prettifyError(request.error)]);
  },

  'GET /rest/api/3/search/jql': ({ desk, person, query }) => {
    const nextPageToken = query.get('nextPageToken');
    return search(desk, person, {
      jql: query.get('jql') ?? '',
      maxResults: wholeNumber(query, 'maxResults', 50),
      fields: [...listed(query, 'fields')],
      expand: query.get('expand') ?? '',
      properties: [...listed(query, 'properties')],
      reconcileIssues: listed(query, 'reconcileIssues').map(Number),
      ...(nextPageToken === null ? {} : { nextPageToken }),
    });
  },

  'POST /rest/api/3/search/approximate-count': ({ desk, person, body }) => {
    const request = SearchRequest.safeParse(isJsonObject(body) ? body : {});
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const found = matching(desk, person, request.data);
    return found.kind === 'refused' ? found.response : ok({ count: found.ids.length });
  },
};

function search(desk: Desk, person: Person, request: SearchRequest): ServiceResponse {
  const found = matching(desk, person, request);
  if (found.kind === 'refused') return found.response;
  const after = request.nextPageToken === undefined ? 0 : pageStart(request.nextPageToken);
  if (after === undefined) return refuse(400, ['The provided next page token is invalid.']);

  const fields = request.fields.length === 0 ? ['id'] : request.fields;
  const isIdsOnly = fields.every((field) => field === 'id' || field === 'key');
  const most = isIdsOnly ? MAX_RESULTS_IDS_ONLY : MAX_RESULTS;
  const end = after + Math.min(request.maxResults, most);
  const view = {
    fields,
    expand: request.expand.split(','),
    properties: request.properties,
  };
  return ok({
    issues: found.ids
      .slice(after, end)
      .flatMap((id) => issueByIdOrKey(desk.database, id) ?? [])
      .map((issue) => issueBody(desk, person, issue, view)),
    isLast: end >= found.ids.length,
    ...(end >= found.ids.length ? {} : { nextPageToken: pageToken(end) }),
  });
}

type Matching =
  | { readonly kind: 'found'; readonly ids: readonly number[] }
  | { readonly kind: 'refused'; readonly response: ServiceResponse };

/** Ids of the issues that match and that this person may browse. */
function matching(desk: Desk, person: Person, request: SearchRequest): Matching {
  const refused = (message: string): Matching => ({
    kind: 'refused',
    response: refuse(400, [message]),
  });
  const parsing = parseJql(request.jql);
  if (parsing.kind === 'error') return refused(parsing.message);
  if (parsing.query.where === undefined) {
    return refused(
      'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.',
    );
  }
  if (request.reconcileIssues.length > MAX_RECONCILED) {
    return refused(`At most ${MAX_RECONCILED} issues can be reconciled.`);
  }
  const found = searchIssues(desk, person, parsing.query, request.reconcileIssues);
  return found.kind === 'found' ? found : refused(found.message);
}

const pageToken = (start: number): string => Buffer.from(`start:${start}`).toString('base64url');

function pageStart(token: string): number | undefined {
  const start = /^start:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  return start === undefined ? undefined : Number(start);
}
