/** Atlassian's OpenAPI of Jira Cloud: which operations exist, and which scopes an app needs for each. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

const PACKED = join(__dirname, 'openapi', 'jira-v3.json.gz');

const Operation = z.looseObject({
  'x-atlassian-oauth2-scopes': z.array(z.object({ scopes: z.array(z.string()) })).optional(),
  security: z.array(z.object({ OAuth2: z.array(z.string()).optional() })).default([]),
});
const Specification = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

export interface JiraOperation {
  readonly method: string;
  /** As in the specification, e.g. `/rest/api/3/issue/{issueIdOrKey}`. */
  readonly template: string;
  /** One of these sets is enough; none means that no app may call it. */
  readonly scopeSets: readonly (readonly string[])[];
}

/** Finds the operation that a request addresses. */
export type FindOperation = (method: string, path: string) => JiraOperation | undefined;

export function readOperations(): FindOperation {
  const specification = Specification.parse(
    JSON.parse(gunzipSync(readFileSync(PACKED)).toString()),
  );
  const operations = Object.entries(specification.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      template,
      segments: template.split('/'),
      scopeSets: scopeSetsOf(Operation.parse(operation)),
    })),
  );
  return (method, path) => {
    const segments = path.split('/');
    const fitting = operations.filter((it) => it.method === method && fits(it.segments, segments));
    // A literal segment beats a placeholder: /issue/bulk is not the issue named "bulk".
    return fitting.sort((a, b) => placeholders(a.segments) - placeholders(b.segments))[0];
  };
}

/**
 * Classic and granular scopes are alternatives. Where the classic list is empty and the granular one asks for a write,
 * the write is needed (assumed: an app without any scope cannot change what it does not own).
 */
function scopeSetsOf(operation: z.output<typeof Operation>): string[][] {
  const listed = operation['x-atlassian-oauth2-scopes']?.map(({ scopes }) => scopes);
  const sets =
    listed ?? operation.security.flatMap(({ OAuth2 }) => (OAuth2 === undefined ? [] : [OAuth2]));
  const writes = sets.some((set) => set.some((scope) => /^(write|delete|manage):/.test(scope)));
  return writes ? sets.filter((set) => set.length > 0) : sets;
}

function fits(template: readonly string[], path: readonly string[]): boolean {
  return (
    template.length === path.length &&
    template.every(
      (part, index) => part === path[index] || (isPlaceholder(part) && path[index] !== ''),
    )
  );
}

const isPlaceholder = (segment: string) => segment.startsWith('{');
const placeholders = (segments: readonly string[]) => segments.filter(isPlaceholder).length;

/** The specification as a plain file, for tools that read files; unpacked once. */
export function unpackOpenApi(cacheDirectory: string): string {
  const file = join(cacheDirectory, 'jira-v3.json');
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, gunzipSync(readFileSync(PACKED)));
    renameSync(`${file}.part`, file);
  }
  return file;
}
