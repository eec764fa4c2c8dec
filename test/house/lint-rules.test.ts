/** The rules that keep the core pure and the style honest, proven by lines that break them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

const ROOT = resolve(__dirname, '../..');
const ESLINT = join(ROOT, 'node_modules/eslint/bin/eslint.js');
const OXLINT = join(ROOT, 'node_modules/oxlint/bin/oxlint');
const CONFIGS = [
  '.oxlintrc.json',
  'tsconfig.json',
  'src/core/tsconfig.json',
  'agent/tsconfig.json',
];
const RUN_SECONDS = 60;

interface Line {
  readonly folder: string;
  readonly code: string;
  /** The rule that the line breaks; undefined for a line that is fine. */
  readonly breaks: string | undefined;
}

const bad = (folder: string, breaks: string, code: string): Line => ({ folder, code, breaks });
const good = (folder: string, code: string): Line => ({ folder, code, breaks: undefined });

const TWO = `(it: 'a' | 'b') => { switch (it) { case 'a': return 1;`;

const LINES: readonly Line[] = [
  bad('src/core', 'no-restricted-properties', `export const now = () => Date.now();`),
  bad('src/core', 'no-restricted-properties', `export const dice = () => Math.random();`),
  bad('src/core', 'no-restricted-globals', `export const day = (ms: number) => new Date(ms);`),
  bad('src/core', 'no-restricted-globals', `export const id = () => crypto.randomUUID();`),
  bad('src/core', 'no-restricted-globals', `export const ask = () => fetch('http://a');`),
  bad('src/core', 'no-restricted-globals', `export const mode = () => process.env;`),
  bad('src/core', 'no-restricted-globals', `export const wait = () => setTimeout(() => 1, 1);`),
  bad('src/core', 'no-restricted-globals', `export const all = () => globalThis;`),
  bad(
    'src/core',
    'no-restricted-syntax',
    `export const today = (format: Intl.DateTimeFormat) => format.format();`,
  ),
  good('src/core', `export const at = (f: Intl.DateTimeFormat, ms: number) => f.format(ms);`),

  bad('src/app', 'no-restricted-syntax', `export const now = () => new Date();`),
  good('src/app', `export const iso = (ms: number) => new Date(ms).toISOString();`),
  good('agent', `export const now = () => Date.now();`),

  bad(
    'agent',
    '@typescript-eslint/no-explicit-any',
    `export const one = (it: any): number => Number(it);`,
  ),
  bad(
    'agent',
    'typescript(no-unsafe-return)',
    `export const read = (text: string): number => JSON.parse(text);`,
  ),
  bad(
    'agent',
    'typescript(no-floating-promises)',
    `export const go = (run: () => Promise<void>) => { run(); };`,
  ),
  bad(
    'agent',
    '@typescript-eslint/consistent-type-assertions',
    `export const text = (it: unknown) => it as string;`,
  ),
  bad('agent', 'house/explain-non-null', `export const size = (it?: string) => it!.length;`),
  good('agent', `// Checked before.\nexport const size = (it?: string) => it!.length;`),
  bad(
    'agent',
    'typescript(switch-exhaustiveness-check)',
    `export const f = ${TWO} default: return 2; } };`,
  ),
  good('agent', `export const f = ${TWO} case 'b': return 2; } };`),
  bad('agent', 'no-restricted-syntax', `export default 1;`),
  bad('agent', 'no-restricted-syntax', `export * from './line-1';`),
  bad('agent', 'no-warning-comments', `// TODO later.\nexport const later = 1;`),
  bad(
    'agent',
    'no-warning-comments',
    `// oxlint-disable-next-line\nexport const off = (run: () => Promise<void>) => { run(); };`,
  ),
];

const fileOf = (index: number): string => `${LINES[index]?.folder ?? ''}/line-${index}.ts`;

let folder = '';
let broken: ReadonlyMap<string, readonly string[]> = new Map();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-lint-'));
  for (const config of CONFIGS) {
    mkdirSync(dirname(join(folder, config)), { recursive: true });
    copyFileSync(join(ROOT, config), join(folder, config));
  }
  LINES.forEach(({ code }, index) => {
    mkdirSync(dirname(join(folder, fileOf(index))), { recursive: true });
    writeFileSync(join(folder, fileOf(index)), `${code}\n`);
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  broken = lint();
}, RUN_SECONDS * 1000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the lint rules', () => {
  test.each(
    LINES.map(({ code, breaks }, index) => ({
      file: fileOf(index),
      code,
      breaks: breaks ?? 'nothing',
    })),
  )('$file: $code breaks $breaks', ({ file, breaks }) => {
    const rules = broken.get(file) ?? ['not linted'];

    expect(rules.length === 0 ? ['nothing'] : rules).toContain(breaks);
  });
});

const EslintReport = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(z.object({ ruleId: z.string().nullable() })),
  }),
);
const OxlintReport = z.object({
  diagnostics: z.array(z.object({ filename: z.string(), code: z.string() })),
  number_of_files: z.number(),
});

/** The rules that each file breaks, of both linters. */
function lint(): ReadonlyMap<string, readonly string[]> {
  const eslint = EslintReport.parse(
    run(ESLINT, '--config', join(ROOT, 'eslint.config.mjs'), '--format', 'json', '.'),
  );
  const oxlint = OxlintReport.parse(run(OXLINT, '--format', 'json', 'src', 'agent'));
  expect(oxlint.number_of_files).toBe(LINES.length);
  return new Map(
    eslint.map(({ filePath, messages }) => {
      const file = filePath.slice(filePath.indexOf(folder) + folder.length + 1);
      const typed = oxlint.diagnostics.filter(({ filename }) => filename === file);
      return [
        file,
        [
          ...messages.map(({ ruleId }) => ruleId ?? 'cannot be parsed'),
          ...typed.map(({ code }) => code),
        ],
      ];
    }),
  );
}

function run(program: string, ...words: readonly string[]): unknown {
  const { stdout } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return JSON.parse(stdout);
}
