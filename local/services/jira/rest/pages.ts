import { restUrl } from '../bodies';
import type { Desk } from '../desk';
import type { Json, JsonObject } from '../json';
import { wholeNumber } from './routes';

/** A page of a list in Jira's usual shape, by `startAt` and `maxResults` of the query. */
export function pageOf<T>(
  desk: Desk,
  path: string,
  query: URLSearchParams,
  all: readonly T[],
  body: (item: T) => Json,
): JsonObject {
  const startAt = wholeNumber(query, 'startAt', 0);
  const maxResults = Math.max(1, wholeNumber(query, 'maxResults', 50));
  const page = all.slice(startAt, startAt + maxResults);
  return {
    self: restUrl(desk, `${path}?startAt=${startAt}&maxResults=${maxResults}`),
    startAt,
    maxResults,
    total: all.length,
    isLast: startAt + page.length >= all.length,
    values: page.map(body),
  };
}
