/** `forge lint` without network and without login: the manifest, then Forge's linters over src/, against our copy of the OpenAPI. */
import type { Logger } from '@forge/cli-shared';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateManifest } from './manifest';
import { unpackOpenApi } from './openapi';

/** Problems of the app in the working directory, as sentences with their places. */
export async function lintApp(cacheDirectory: string): Promise<readonly string[]> {
  const problems = await validateManifest();
  // Linters read the manifest as valid; what they would say about a broken one misleads.
  return problems.length > 0 ? problems : runLinters(cacheDirectory);
}

async function runLinters(cacheDirectory: string): Promise<readonly string[]> {
  pointLintersToFiles(cacheDirectory);
  const { lint } = await import('@forge/lint');
  const { ConfigFile, FileSystemReader, FileSystemWriter } = await import('@forge/cli-shared');
  const manifest = await new ConfigFile(
    new FileSystemReader(),
    new FileSystemWriter(),
  ).readConfig();
  const quiet = () => undefined;
  const logger = {
    info: quiet,
    debug: quiet,
    trace: quiet,
    warn: console.warn,
    error: console.error,
    debugEnabled: false,
    traceEnabled: false,
  };
  const results = await lint(
    sourceFiles(),
    manifest,
    'development',
    logger,
    await offlineFeatures(logger),
    {
      linter: { mode: 'client-side' },
    },
  );
  return results.flatMap(({ file, errors }) =>
    errors.map(({ line, column, message }) => `${file}:${line}:${column} ${message}`),
  );
}

/** The linters' feature switches, which Forge's CLI asks for on the network: here each has its default. */
async function offlineFeatures(logger: Logger) {
  const { StatsigService } = await import('@forge/cli-shared');
  class OfflineFeatures extends StatsigService {
    override async checkGate() {
      return null;
    }
    override async getDynamicConfig() {
      return null;
    }
  }
  const nobody = { getCredentials: () => Promise.reject(new Error('Nobody is logged in.')) };
  return new OfflineFeatures(logger, undefined, nobody, {
    readConfigSection: async () => 'missing',
  });
}

/** Paths must be relative: the linters match absolute ones with nothing. */
function sourceFiles(): string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join('src', name));
}

/** The official hook; without all six the permission linter would download. Source: @forge/lint 6.3.1, permission-linter. */
function pointLintersToFiles(cacheDirectory: string): void {
  mkdirSync(cacheDirectory, { recursive: true });
  const empty = join(cacheDirectory, 'no-api.json');
  writeFileSync(empty, JSON.stringify({ openapi: '3.0.1', paths: {} }));
  process.env['USE_LOCAL_SWAGGER'] = '1';
  process.env['LOCAL_JIRA_SWAGGER'] = unpackOpenApi(cacheDirectory);
  for (const product of ['JSM', 'JSW', 'CONF', 'CONF_V2', 'BB']) {
    process.env[`LOCAL_${product}_SWAGGER`] = empty;
  }
}

if (require.main === module) {
  lintApp(join(process.cwd(), '.interlock', 'openapi')).then(
    (problems) => {
      for (const problem of problems) console.error(problem);
      console.log(
        problems.length === 0
          ? 'Manifest and linters: no problem.'
          : `${problems.length} problems.`,
      );
      process.exit(problems.length === 0 ? 0 : 1);
    },
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
