import type { ServiceRequest, ServiceResponse } from '../../service';
import type { Desk, Person } from '../desk';
import { type Json, tryParseJson } from '../json';

/** One call of the REST API by somebody known. */
export interface Call {
  readonly desk: Desk;
  readonly person: Person;
  readonly method: string;
  /** The variable parts of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Null when there was no body. */
  readonly body: Json;
}

export type Endpoint = (call: Call) => ServiceResponse | Promise<ServiceResponse>;

/** `GET /rest/api/3/issue/{issueIdOrKey}` and so on, to what answers it. */
export type Routes = Readonly<Record<string, Endpoint>>;

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly endpoint: Endpoint;
}

/** Routes in the order of the table, so that a fixed path may stand before one with a variable. */
export function compileRoutes(...tables: readonly Routes[]): readonly Route[] {
  return tables.flatMap((table) =>
    Object.entries(table).map(([line, endpoint]) => {
      const [method = '', path = ''] = line.split(' ');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}/?$`);
      return { method, pattern, names, endpoint };
    }),
  );
}

export type Match =
  | { readonly kind: 'found'; readonly endpoint: Endpoint; readonly path: Call['path'] }
  | { readonly kind: 'none' };

export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  for (const route of routes) {
    if (route.method !== method) continue;
    const found = route.pattern.exec(path);
    if (found === null) continue;
    const values = new Map(route.names.map((name, at) => [name, decoded(found[at + 1] ?? '')]));
    return { kind: 'found', endpoint: route.endpoint, path: Object.fromEntries(values) };
  }
  return { kind: 'none' };
}

/** A part that is not well encoded stays as it is: it names nothing that exists. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The body as JSON; undefined when it is something else. */
export function readBody(request: ServiceRequest): Json | undefined {
  return request.body.length === 0 ? null : tryParseJson(request.body.toString('utf8'));
}

/** A part of the path that the route names. */
export function part(call: Call, name: string): string {
  const value = call.path[name];
  if (value === undefined) throw new Error(`The route has no part ${name}.`);
  return value;
}

/** A whole number in the query, or the default where it is absent or nonsense. */
export function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const value = query.get(name) ?? '';
  return /^\d+$/.test(value) ? Number(value) : otherwise;
}

/** A list in the query: repeated or separated by commas, as Jira takes both. */
export function listed(query: URLSearchParams, name: string): readonly string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
