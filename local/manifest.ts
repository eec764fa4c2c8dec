/** Reads manifest.yml as Forge does, and refuses what this host cannot run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { AppModule } from './services/service';

/** Module types that something in this host serves. What is missing here stops the start. */
const KNOWN_TYPES: ReadonlySet<string> = new Set([
  'function',
  'consumer',
  'scheduledTrigger',
  'trigger',
  'webtrigger',
  'jira:customField',
  'jira:issueContext',
  'jira:issuePanel',
  'jira:projectPage',
  'jira:projectPermission',
  'jira:projectSettingsPage',
  'jira:workflowCondition',
  'jira:workflowPostFunction',
  'jira:workflowValidator',
]);

const AttributeType = z.enum(['string', 'integer', 'float', 'boolean', 'any']);
const NamedIndex = z.object({
  name: z.string(),
  range: z.array(z.string()).optional(),
  partition: z.array(z.string()).optional(),
});
const Entity = z.object({
  name: z.string(),
  attributes: z.record(z.string(), z.object({ type: AttributeType })),
  indexes: z.array(z.union([z.string(), NamedIndex])).default([]),
});
/** A custom entity as declared under `app.storage.entities`. */
export type Entity = z.output<typeof Entity>;

const AppFunction = z.object({
  key: z.string(),
  handler: z.string().regex(/^[^.]+\.[^.]+$/, 'must be file.export'),
  timeoutSeconds: z.number().int().min(1).max(900).optional(),
});
export type AppFunction = z.output<typeof AppFunction>;

const Resource = z.object({ key: z.string(), path: z.string() });
const Address = z.union([
  z.string(),
  z.object({ address: z.string() }).transform((it) => it.address),
]);

/** A host of `permissions.external`, as a string or with reasons. */
const PageAddresses = z.array(Address).exactOptional();
const TextList = z.array(z.string()).exactOptional();

/** What the manifest lets the app's pages load beyond their own files. */
const PagePermissions = z.object({
  content: z
    .object({ scripts: TextList, styles: z.array(z.literal('unsafe-inline')).exactOptional() })
    .exactOptional(),
  external: z
    .object({
      images: PageAddresses,
      media: PageAddresses,
      scripts: PageAddresses,
      styles: PageAddresses,
      fonts: PageAddresses,
      frames: PageAddresses,
      fetch: z.object({ client: TextList }).exactOptional(),
    })
    .exactOptional(),
});
export type PagePermissions = z.output<typeof PagePermissions>;

const ManifestFile = z.object({
  app: z.object({
    id: z.string().regex(/^ari:cloud:ecosystem::app\/[\w-]+$/),
    runtime: z.object({ name: z.string() }),
    storage: z.object({ entities: z.array(Entity).default([]) }).default({ entities: [] }),
  }),
  modules: z.record(z.string(), z.array(z.looseObject({ key: z.string() }))),
  permissions: z
    .looseObject({
      scopes: z
        .union([z.array(z.string()), z.record(z.string(), z.unknown()).transform(Object.keys)])
        .default([]),
      external: z
        .looseObject({ fetch: z.looseObject({ backend: z.array(Address).default([]) }).optional() })
        .optional(),
    })
    .default({ scopes: [] }),
  resources: z.array(Resource).default([]),
});

export interface Manifest {
  /** The UUID at the end of `app.id`. */
  readonly appId: string;
  readonly functions: ReadonlyMap<string, AppFunction>;
  /** Every module except functions, in the order of the file. */
  readonly modules: readonly AppModule[];
  readonly entities: readonly Entity[];
  readonly scopes: readonly string[];
  /** Hosts that functions may call, as declared. */
  readonly backendAddresses: readonly string[];
  readonly resources: readonly { readonly key: string; readonly path: string }[];
  /** `permissions.external` as written; the SDK reads it from the app context. */
  readonly external: unknown;
  readonly pagePermissions: PagePermissions;
}

export type ManifestOutcome =
  | { readonly kind: 'read'; readonly manifest: Manifest }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Reads the app's manifest; problems are sentences that name the place. */
export function readManifest(appDirectory: string): ManifestOutcome {
  const path = join(appDirectory, 'manifest.yml');
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, 'utf8'));
  } catch (error) {
    return refused([
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
  const file = ManifestFile.safeParse(content);
  if (!file.success) {
    return refused(
      file.error.issues.map((issue) => `manifest.yml, ${issue.path.join('.')}: ${issue.message}.`),
    );
  }
  const problems = [...unknownModules(file.data.modules), ...unknownFunctions(file.data.modules)];
  return problems.length > 0
    ? refused(problems)
    : { kind: 'read', manifest: toManifest(file.data) };
}

type File = z.output<typeof ManifestFile>;

function refused(problems: readonly string[]): ManifestOutcome {
  return { kind: 'refused', problems };
}

function unknownModules(modules: File['modules']): string[] {
  return Object.entries(modules)
    .filter(([type]) => !KNOWN_TYPES.has(type))
    .flatMap(([type, list]) =>
      list.map(
        ({ key }) =>
          `Module "${key}" of manifest.yml has the type "${type}", which Local Jira does not run; remove it, or teach local/manifest.ts and a service the type.`,
      ),
    );
}

function unknownFunctions(modules: File['modules']): string[] {
  const declared = new Set((modules['function'] ?? []).map(({ key }) => key));
  return Object.entries(modules).flatMap(([type, list]) =>
    list
      .map((module) => ({
        key: module.key,
        functionKey: functionOf({ key: module.key, type, properties: module }),
      }))
      .filter(({ functionKey }) => functionKey !== undefined && !declared.has(functionKey))
      .map(
        ({ key, functionKey }) =>
          `Module "${key}" (${type}) of manifest.yml names the function "${functionKey ?? ''}", which the manifest does not declare.`,
      ),
  );
}

/** The function that a module runs: its own, or its resolver's. */
export function functionOf(module: AppModule): string | undefined {
  const { function: own, resolver } = module.properties;
  if (typeof own === 'string') return own;
  const parsed = z.object({ function: z.string() }).safeParse(resolver);
  return parsed.success ? parsed.data.function : undefined;
}

function toManifest(file: File): Manifest {
  const { function: functions = [], ...others } = file.modules;
  return {
    appId: file.app.id.slice(file.app.id.lastIndexOf('/') + 1),
    functions: new Map(functions.map((it) => [it.key, AppFunction.parse(it)])),
    modules: Object.entries(others).flatMap(([type, list]) =>
      list.map((properties) => ({ key: properties.key, type, properties })),
    ),
    entities: file.app.storage.entities,
    scopes: file.permissions.scopes,
    backendAddresses: file.permissions.external?.fetch?.backend ?? [],
    resources: file.resources,
    external: file.permissions.external,
    pagePermissions: PagePermissions.parse(file.permissions),
  };
}

/**
 * Forge's own validation, offline, of the manifest in the working directory: the schema, scopes, and that resource
 * folders exist. Answers sentences; none when all is well.
 */
export async function validateManifest(): Promise<readonly string[]> {
  const { ProcessorBuilder, ValidationTypes } = await import('@forge/manifest');
  const processor = ProcessorBuilder.instance().withValidation(ValidationTypes.FULL).build();
  const { errors = [] } = await processor.process(undefined);
  return errors
    .filter(({ level }) => level === 'error')
    .map(({ message, line, column }) => `manifest.yml:${line}:${column} ${message}`);
}
