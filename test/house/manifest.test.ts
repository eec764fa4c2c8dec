/** Three lists, one truth: the manifest's functions, the exports of src/index.ts, the files of src/functions. */
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = resolve(__dirname, '../..');

const Manifest = z.object({
  modules: z.object({ function: z.array(z.object({ key: z.string(), handler: z.string() })) }),
});

describe('the functions of the app', () => {
  test('are exported by src/index.ts in the order of the manifest', () => {
    const handlers = manifestHandlers();

    expect(handlers.length).toBeGreaterThan(0);
    expect(indexExports().map(({ name }) => `index.${name}`)).toEqual(handlers);
  });

  test('have one file each under src/functions', () => {
    const files = readdirSync(join(ROOT, 'src/functions')).map((file) => file.replace(/\.ts$/, ''));

    expect(
      indexExports()
        .map(({ from }) => from)
        .sort(),
    ).toEqual(files.map((file) => `./functions/${file}`).sort());
  });

  test('have a key each', () => {
    const keys = manifestFunctions().map(({ key }) => key);

    expect(new Set(keys).size).toBe(keys.length);
  });
});

function manifestFunctions() {
  const manifest: unknown = parse(readFileSync(join(ROOT, 'manifest.yml'), 'utf8'));
  return Manifest.parse(manifest).modules.function;
}

const manifestHandlers = () => manifestFunctions().map(({ handler }) => handler);

/** Each `export { name } from './functions/file'`, in order; anything else in the file stops the test. */
function indexExports(): readonly { name: string; from: string }[] {
  const path = join(ROOT, 'src/index.ts');
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
  return source.statements.flatMap((statement) => {
    if (
      !ts.isExportDeclaration(statement) ||
      statement.moduleSpecifier === undefined ||
      !ts.isStringLiteral(statement.moduleSpecifier) ||
      statement.exportClause === undefined ||
      !ts.isNamedExports(statement.exportClause)
    ) {
      throw new Error(`src/index.ts holds more than exports: ${statement.getText(source)}`);
    }
    const from = statement.moduleSpecifier.text;
    return statement.exportClause.elements.map(({ name }) => ({ name: name.text, from }));
  });
}
