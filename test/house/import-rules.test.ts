/** Every import rule is proven by a violation planted in a miniature of this repository. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const RULES = join(ROOT, '.dependency-cruiser.cjs');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const FOLDERS = ['src', 'agent', 'local', 'static', 'demo', 'scripts', 'test'];
const RUN_SECONDS = 60;

type Files = Readonly<Record<string, string>>;

const PACKAGES: Files = {
  'package.json': JSON.stringify({
    imports: Object.fromEntries(
      ['core', 'wire', 'app', 'forge'].map((name) => [`#${name}/*`, `./src/${name}/*.ts`]),
    ),
    dependencies: { '@forge/api': '1', '@forge/bridge': '1', ssh2: '1', yaml: '1', zod: '1' },
    devDependencies: { '@forge/bundler': '1', vite: '1' },
  }),
  'node_modules/@forge/api/index.js': '',
  'node_modules/@forge/bridge/index.js': '',
  'node_modules/@forge/bundler/index.js': '',
  'node_modules/ssh2/index.js': '',
  'node_modules/vite/index.js': '',
  'node_modules/yaml/package.json': JSON.stringify({ name: 'yaml', main: './dist/index.js' }),
  'node_modules/yaml/dist/index.js': '',
  'node_modules/zod/index.js': '',
};

/** One of everything that the rules allow. */
const CLEAN: Files = {
  'src/index.ts': `export { sweep } from './functions/sweep';`,
  'src/functions/sweep.ts': `
    import 'node:crypto'; import '@forge/api'; import 'zod';
    import '#app/sweep'; import '#forge/jira'; import '#wire/agent'; export const sweep = 1;`,
  'src/forge/jira.ts': `import 'node:crypto'; import '@forge/api'; import '#app/ports';`,
  'src/app/sweep.ts': `import './ports'; import '#wire/agent'; import '#core/release';`,
  'src/app/ports.ts': `import type { Release } from '#core/release'; export type Port = Release;`,
  'src/wire/agent.ts': `import 'zod'; import '#core/release'; export type Report = 1;`,
  'src/core/release.ts': `import './status'; export type Release = 1;`,
  'src/core/may-act.ts': `import './status';`,
  'src/core/status.ts': `export const status = 1;`,
  'static/panel/src/main.tsx': `
    import type { Report } from '#wire/agent'; import '#core/release'; import '#core/may-act'; import './api/ask';
    export type Answer = Report;`,
  'static/panel/src/api/ask.ts': `import '@forge/bridge'; import '../../../shared/src/api/app';`,
  'static/shared/src/api/app.ts': `import '@forge/bridge';`,
  'agent/main.ts': `import 'ssh2'; import 'node:fs'; import '#wire/agent'; import '#core/release'; import './poll';`,
  'agent/poll.ts': `export const poll = 1;`,
  'local/main.ts': `import 'node:fs'; import './bundle'; import './services/kvs/store'; import './services/jira/issues';`,
  'local/bundle.ts': `import '@forge/bundler'; import 'vite';`,
  'local/services/service.ts': `export type Service = 1;`,
  'local/services/kvs/store.ts': `import '../service'; import './limits';`,
  'local/services/kvs/limits.ts': `export const limit = 1;`,
  'local/services/jira/issues.ts': `import '../service';`,
  'demo/start.ts': `import 'node:child_process'; import './sites';`,
  'demo/sites.ts': `export const site = 1;`,
  'scripts/workflow.ts': `import '#core/release';`,
  'test/release.test.ts': `import '#core/release'; import '../agent/poll'; import '../local/main'; import '@forge/api';`,
};

interface Planted {
  readonly file: string;
  readonly content: string;
  readonly breaks: readonly string[];
}

const plant = (file: string, content: string, ...breaks: string[]): Planted => ({
  file,
  content,
  breaks,
});

const VIOLATIONS: readonly Planted[] = [
  plant('src/core/egg.ts', `import './hen';`, 'no-circular'),
  plant('src/core/hen.ts', `import './egg';`), // A circle is reported once, where it begins.
  plant('agent/lost.ts', `import './nowhere';`, 'not-to-unresolvable'),
  plant('local/alone.ts', `export const alone = 1;`, 'no-orphans'),

  plant('src/core/up.ts', `import type { Report } from '#wire/agent';`, 'core-imports-only-core'),
  plant('src/core/disk.ts', `import 'node:fs';`, 'core-has-no-packages'),
  plant('src/core/file.ts', `import 'yaml';`, 'core-has-no-packages'),
  plant(
    'src/core/sdk.ts',
    `import '@forge/api';`,
    'core-has-no-packages',
    'forge-sdk-only-in-adapters',
  ),
  plant('src/wire/up.ts', `import '#app/ports';`, 'wire-imports-only-core'),
  plant('src/wire/sign.ts', `import 'node:crypto';`, 'wire-uses-zod-only'),
  plant('src/app/down.ts', `import '#forge/jira';`, 'app-imports-core-and-wire'),
  plant('src/app/schema.ts', `import 'zod';`, 'app-has-no-packages'),
  plant('src/forge/up.ts', `import '../functions/sweep';`, 'forge-implements-ports'),
  plant('src/forge/disk.ts', `import 'fs';`, 'only-crypto-from-node'),
  plant('src/forge/heavy.ts', `import 'yaml';`, 'adapters-use-forge-and-zod-only'),
  plant('src/forge/page.ts', `import '@forge/bridge';`, 'adapters-use-forge-and-zod-only'),
  plant('src/functions/far.ts', `import '../../agent/poll';`, 'functions-are-the-composition-root'),
  plant('src/functions/other.ts', `import './sweep';`, 'one-function-does-not-import-another'),
  plant(
    'src/index.ts',
    `${CLEAN['src/index.ts'] ?? ''} export { status } from './core/status';`,
    'index-is-a-table-of-contents',
  ),

  plant('agent/sdk.ts', `import '@forge/api';`, 'forge-sdk-only-in-adapters'),
  plant('local/sdk.ts', `import '@forge/bundler';`, 'forge-sdk-only-in-adapters'),
  plant('demo/sdk.ts', `import '@forge/api';`, 'forge-sdk-only-in-adapters'),
  plant('static/panel/src/view.tsx', `import '@forge/bridge';`, 'forge-sdk-only-in-adapters'),
  plant('static/panel/src/api/sdk.ts', `import '@forge/api';`, 'page-api-uses-the-bridge-only'),
  plant('local/manifest.ts', `import '@forge/api';`, 'local-host-uses-forge-tools-only'),

  plant('static/panel/src/back.ts', `import '#app/ports';`, 'pages-import-core-and-wire'),
  plant(
    'static/settings/src/peek.ts',
    `import '../../panel/src/api/ask';`,
    'pages-import-core-and-wire',
  ),
  plant('static/panel/src/parse.ts', `import '#wire/agent';`, 'pages-take-only-types-from-wire'),
  plant('agent/up.ts', `import '#forge/jira';`, 'agent-imports-core-and-wire'),
  plant(
    'local/cheat.ts',
    `import type { Release } from '#core/release';`,
    'local-host-does-not-know-the-app',
  ),
  plant(
    'local/services/jira/peek.ts',
    `import '../kvs/limits';`,
    'services-do-not-import-each-other',
  ),
  plant('demo/shortcut.ts', `import '../local/main';`, 'demo-speaks-http'),
  plant('demo/agent.ts', `import '../agent/poll';`, 'demo-speaks-http'),
  plant(
    'agent/tested.ts',
    `import '../test/release.test';`,
    'agent-imports-core-and-wire',
    'product-does-not-import-tests',
  ),
  plant(
    'local/scripted.ts',
    `import '../scripts/workflow';`,
    'local-host-does-not-know-the-app',
    'product-does-not-import-scripts',
  ),
  plant('agent/build.ts', `import 'vite';`, 'not-to-dev-dependency'),
  plant('src/core/forgotten.ts', `import './status';`, 'not-unreachable'),
];

const REACHED_BY_NOBODY = 'not-unreachable';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-imports-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the import rules', () => {
  test(
    'accept one of everything that they allow',
    () => {
      expect(cruise('clean', CLEAN)).toEqual(new Map());
    },
    RUN_SECONDS * 1000,
  );

  test(
    'report each planted violation as an error, by the names of the rules that it breaks [S0-28]',
    () => {
      const planted = Object.fromEntries(VIOLATIONS.map(({ file, content }) => [file, content]));

      const broken = cruise('planted', { ...CLEAN, ...planted });

      expect(sentences(broken)).toEqual(
        sentences(new Map(VIOLATIONS.map(({ file, breaks }) => [file, new Set(breaks)]))),
      );
    },
    RUN_SECONDS * 1000,
  );

  test('are each broken by a planted violation', () => {
    const names = execFileSync(
      process.execPath,
      ['-p', `require(${JSON.stringify(RULES)}).forbidden.map(({ name }) => name).join('\\n')`],
      { encoding: 'utf8' },
    );

    expect([...new Set(VIOLATIONS.flatMap(({ breaks }) => breaks))].sort()).toEqual(
      names.trim().split('\n').sort(),
    );
  });
});

/** A planted file is reached by nobody, of course: that rule counts only where it is the one planted. */
function sentences(broken: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const wanted = new Map(VIOLATIONS.map(({ file, breaks }) => [file, breaks]));
  return [...broken]
    .flatMap(([file, rules]) => [...rules].map((rule) => ({ file, rule })))
    .filter(({ file, rule }) => rule !== REACHED_BY_NOBODY || wanted.get(file)?.includes(rule))
    .map(({ file, rule }) => `${file} breaks ${rule}`)
    .sort();
}

interface CruiseResult {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly rule: { readonly name: string; readonly severity: string };
    }[];
  };
}

/** Writes the files and answers which rules each of them breaks. */
function cruise(name: string, files: Files): Map<string, Set<string>> {
  const tree = join(folder, name);
  for (const [path, content] of Object.entries({ ...PACKAGES, ...files })) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  copyFileSync(join(ROOT, 'tsconfig.json'), join(tree, 'tsconfig.json'));

  const output = execFileSync(
    process.execPath,
    [CRUISER, '--config', RULES, '--output-type', 'json', ...FOLDERS],
    { cwd: tree, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(output) as CruiseResult;
  const broken = new Map<string, Set<string>>();
  for (const { from, rule } of summary.violations) {
    // What is only a warning lets the build pass: it counts as not reported.
    if (rule.severity !== 'error') continue;
    broken.set(from, (broken.get(from) ?? new Set()).add(rule.name));
  }
  return broken;
}
