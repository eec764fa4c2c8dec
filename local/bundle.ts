/**
 * Builds the same bundle that `forge deploy` uploads, with Forge's own bundler and without network.
 * A bundle is kept under a name made from everything that went into it, so later starts only look it up.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { validateManifest } from './manifest';

export type BundleOutcome =
  | { readonly kind: 'bundled'; readonly directory: string; readonly fromCache: boolean }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Bundles of earlier states of the sources that stay. */
const BUNDLES_KEPT = 20;

const RUNTIME_DIRECTORY = join(__dirname, 'runtime');

/** The bundle of an app, built only if no earlier one fits. */
export async function bundleApp(
  appDirectory: string,
  cacheDirectory: string,
): Promise<BundleOutcome> {
  const directory = join(resolve(cacheDirectory), bundleName(resolve(appDirectory)));
  if (existsSync(directory)) return { kind: 'bundled', directory, fromCache: true };
  // The bundler resolves entry points from the working directory, so it gets a process of its own.
  const { exitCode, output } = await runSelf(resolve(appDirectory), directory);
  if (exitCode === 0) return { kind: 'bundled', directory, fromCache: false };
  return { kind: 'refused', problems: [`The app could not be bundled:\n${output.trim()}`] };
}

/** Changes with every file that the bundle is made from: sources, manifest, lock file, and our runtime pieces. */
function bundleName(appDirectory: string): string {
  const hash = createHash('sha256');
  const lockFile = nearest(appDirectory, 'package-lock.json');
  const files = [
    ...filesUnder(join(appDirectory, 'src')),
    ...filesUnder(RUNTIME_DIRECTORY),
    ...['manifest.yml', 'package.json', 'tsconfig.json'].map((name) => join(appDirectory, name)),
    ...(lockFile === undefined ? [] : [lockFile]),
  ].filter((file) => existsSync(file));
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 24);
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function nearest(directory: string, name: string): string | undefined {
  const file = join(directory, name);
  if (existsSync(file)) return file;
  return dirname(directory) === directory ? undefined : nearest(dirname(directory), name);
}

function runSelf(
  appDirectory: string,
  target: string,
): Promise<{ exitCode: number; output: string }> {
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', __filename, appDirectory, target], {
      cwd: dirname(__dirname),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      settle({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString() }),
    );
  });
}

/** Bundles the app in the working directory; the folder appears whole or not at all. */
async function bundleHere(target: string): Promise<void> {
  const workplace = join(dirname(target), `unfinished-${randomUUID()}`);
  try {
    process.env['FORGE_RUNTIME_PATH'] = join(workplace, 'runtime');
    layOutRuntime(join(workplace, 'runtime', 'dist'));
    const { outputDir, additionalOutputs } = await runBundler();
    const result = join(workplace, 'bundle');
    cpSync(outputDir, result, { recursive: true });
    // Forge's bundler leaves it in the system's folder for temporary files.
    rmSync(outputDir, { recursive: true });
    for (const [name, content] of additionalOutputs ?? []) place(join(result, name), content);
    // Someone else may have finished the same bundle meanwhile; theirs is as good.
    if (!existsSync(target)) renameSync(result, target);
    forgetOldBundles(dirname(target));
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
}

/** A host may still run one of the latest; older ones nobody needs. */
function forgetOldBundles(cacheDirectory: string): void {
  const bundles = readdirSync(cacheDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('unfinished-'))
    .map(({ name }) => join(cacheDirectory, name))
    .map((path) => ({ path, builtMs: statSync(path).mtimeMs }))
    .sort((a, b) => b.builtMs - a.builtMs);
  for (const { path } of bundles.slice(BUNDLES_KEPT))
    rmSync(path, { recursive: true, force: true });
}

/** FORGE_RUNTIME_PATH wants `dist/loader.js` and `dist/wrapper.js`. Source: @forge/bundler 7.3.0, LocalWrapperProvider. */
function layOutRuntime(dist: string): void {
  mkdirSync(dist, { recursive: true });
  for (const name of ['loader', 'wrapper']) {
    copyFileSync(join(RUNTIME_DIRECTORY, `${name}.cjs`), join(dist, `${name}.js`));
  }
}

async function runBundler() {
  const { getEntryPoints, getNodeBundler, getWrapperProvider } = await import('@forge/bundler');
  const { ConfigFile, FileSystemReader, FileSystemWriter } = await import('@forge/cli-shared');
  const fileSystemReader = new FileSystemReader();
  const configFile = new ConfigFile(fileSystemReader, new FileSystemWriter());
  const say = (...words: unknown[]) => console.error(...words);
  const quiet = () => undefined;
  const logger = {
    info: quiet,
    debug: quiet,
    trace: quiet,
    warn: say,
    error: say,
    debugEnabled: false,
    traceEnabled: false,
  };
  const entryPoints = getEntryPoints(await configFile.getAppHandlers());
  const bundler = getNodeBundler(logger, getWrapperProvider({ fileSystemReader }), configFile);
  return bundler.bundle({ appDirectory: process.cwd(), entryPoints });
}

function place(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  if (typeof content === 'string') copyFileSync(content, file);
  else writeFileSync(file, content);
}

/** The child of `bundleApp`: validates and bundles; what it prints on stderr is shown to a person. */
async function buildInto(target: string): Promise<number> {
  const problems = await validateManifest();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) return 1;
  await bundleHere(target);
  return 0;
}

async function main([appDirectory = '.', target]: readonly string[]): Promise<number> {
  process.chdir(appDirectory);
  if (target !== undefined) return buildInto(target);
  const outcome = await bundleApp('.', join('.interlock', 'bundle'));
  if (outcome.kind === 'bundled') console.log(`The bundle is in ${outcome.directory}.`);
  else console.error(outcome.problems.join('\n'));
  return outcome.kind === 'bundled' ? 0 : 1;
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    // The bundler leaves watchers behind that would keep the process alive.
    (exitCode) => process.exit(exitCode),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
