import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitScript } from '../../../agent/sql/split-script';
import type { Engine } from '../../../agent/sql/database-rule';

const textsOf = (script: string, engine: Engine): readonly string[] | string => {
  const split = splitScript(script, engine);
  return split.kind === 'statements' ? split.statements.map(({ text }) => text) : split.what;
};

describe('a script', () => {
  test.each<[Engine, string, readonly string[] | string]>([
    ['postgresql', 'SELECT 1; ;; SELECT 2', ['SELECT 1', 'SELECT 2']],
    [
      'postgresql',
      'SELECT 1 /* a /* b; */ ; */; SELECT 2',
      ['SELECT 1 /* a /* b; */ ; */', 'SELECT 2'],
    ],
    ['postgresql', "SELECT E'it\\'s; x'; SELECT 2", ["SELECT E'it\\'s; x'", 'SELECT 2']],
    ['postgresql', "SELECT 'a\\'; SELECT 2", ["SELECT 'a\\'", 'SELECT 2']],
    ['postgresql', 'SELECT \'it\'\'s;\' ; SELECT "a;""b"', ["SELECT 'it''s;'", 'SELECT "a;""b"']],
    [
      'postgresql',
      'SELECT $a$ ; $b$ ; $a$; SELECT $$;$$',
      ['SELECT $a$ ; $b$ ; $a$', 'SELECT $$;$$'],
    ],
    ['postgresql', 'SELECT a$b$c; SELECT 3 AS x$b$', ['SELECT a$b$c', 'SELECT 3 AS x$b$']],
    [
      'postgresql',
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END; SELECT 3',
      [
        'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END',
        'SELECT 3',
      ],
    ],
    [
      'postgresql',
      'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3',
      ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)', 'SELECT 3'],
    ],
    ['postgresql', 'SELECT 1; -- the end;\n/* really */\n', ['SELECT 1']],
    ['postgresql', 'SELECT "open', 'quote'],
    ['postgresql', 'SELECT $x$ open $y$', 'quote'],
    ['postgresql', 'SELECT 1; /* /* */', 'comment'],
    [
      'mysql',
      'SELECT \'a\\\'; b\'; SELECT `a;``b`; # x;\nSELECT "a\\";"',
      ["SELECT 'a\\'; b'", 'SELECT `a;``b`', 'SELECT "a\\";"'],
    ],
    ['mysql', 'SELECT 5--1; SELECT 2 -- ;\n+ 3', ['SELECT 5--1', 'SELECT 2 -- ;\n+ 3']],
    ['mysql', 'SELECT 1 /* a /* b; */; SELECT 2', ['SELECT 1 /* a /* b; */', 'SELECT 2']],
    [
      'mysql',
      '/*!40101 SET NAMES utf8 */; /* c; */ SELECT 1;',
      ['/*!40101 SET NAMES utf8 */', 'SELECT 1'],
    ],
    ['mysql', "/*!50003 SELECT '*/;' */; SELECT 2", ["/*!50003 SELECT '*/;' */", 'SELECT 2']],
    [
      'mysql',
      'DELIMITER $$\nCREATE TRIGGER x BEGIN a; b; END$$\ndelimiter ;\nSELECT 1;',
      ['CREATE TRIGGER x BEGIN a; b; END', 'SELECT 1'],
    ],
    ['mysql', "SELECT '\ndelimiter //\n'; SELECT 2", ["SELECT '\ndelimiter //\n'", 'SELECT 2']],
    ['mysql', 'SELECT `open', 'quote'],
    ['mysql', 'SELECT 1 /* open', 'comment'],
  ])('for %s: %j', (engine, script, expected) => {
    expect(textsOf(script, engine)).toEqual(expected);
  });

  test('knows lines, numbers and what kind each statement is', () => {
    const script =
      '\uFEFF-- head\r\n\r\nCREATE  /* x */\n  table t (id int);\n\n  INSERT INTO t\nVALUES (1);';

    expect(splitScript(script, 'postgresql')).toEqual({
      kind: 'statements',
      statements: [
        {
          number: 1,
          line: 3,
          text: 'CREATE  /* x */\n  table t (id int)',
          words: ['CREATE', 'TABLE', 'T', 'ID', 'INT'],
        },
        {
          number: 2,
          line: 6,
          text: 'INSERT INTO t\nVALUES (1)',
          words: ['INSERT', 'INTO', 'T', 'VALUES'],
        },
      ],
    });
  });

  test('says where the quote begins that never ends', () => {
    expect(splitScript("SELECT 1;\nSELECT 'it''s;\n", 'mysql')).toEqual({
      kind: 'broken',
      line: 2,
      what: 'quote',
    });
  });

  const inner = fc.string({
    unit: fc.constantFrom('a', ';', ' ', '\n', '-', '/', '*', '"', '`', '#', '('),
  });
  const shared = [
    fc.constantFrom('SELECT', 'x1', '42', ',', '=', '+', '$'),
    inner.map((text) => `'${text}'`),
    inner.map((text) => `"${text.replaceAll('"', '""')}"`),
    inner.map((text) => `-- ${text.replaceAll('\n', '')}\n`),
    inner.map((text) => `/* ${text.replaceAll(/[/*]/g, '')} */`),
  ];
  const pieces = {
    postgresql: [
      ...shared,
      inner.map((text) => `$tag$${text}$tag$`),
      inner.map((text) => `E'\\'${text}'`),
      inner.map((text) => `/* /* ${text.replaceAll(/[/*]/g, '')} */ ; */`),
    ],
    mysql: [
      ...shared,
      inner.map((text) => `\`${text.replaceAll('`', '``')}\``),
      inner.map((text) => `'\\'${text}'`),
      inner.map((text) => `# ${text.replaceAll('\n', '')}\n`),
    ],
  };

  test.each(['postgresql', 'mysql'] as const)(
    'falls apart into what it was made of, for %s',
    (engine) => {
      const statement = fc
        .array(fc.oneof(...pieces[engine]), { maxLength: 8 })
        .map((parts) => ['X', ...parts, 'Y'].join(' '));
      fc.assert(
        fc.property(
          fc.array(statement, { maxLength: 8 }),
          fc.constantFrom(';', ' ;\n', ';;\n-- c\n'),
          (statements, between) => {
            expect(textsOf(statements.join(between), engine)).toEqual(statements);
          },
        ),
      );
    },
  );

  test.each(['postgresql', 'mysql'] as const)(
    'never loses a character that counts, for %s',
    (engine) => {
      fc.assert(
        fc.property(
          fc.string({
            unit: fc.constantFrom(
              'a',
              ';',
              ' ',
              '\n',
              "'",
              '"',
              '$',
              '-',
              '/',
              '*',
              '(',
              ')',
              'E',
              '\\',
            ),
          }),
          (script) => {
            const texts = textsOf(script, engine);
            if (typeof texts === 'string') return;
            let from = 0;
            for (const text of texts) {
              const at = script.indexOf(text, from);
              expect(at).toBeGreaterThanOrEqual(from);
              expect(text).toBe(text.trim());
              from = at + text.length;
            }
          },
        ),
      );
    },
  );
});
