import { describe, expect, test } from '@jest/globals';
import type { ConfigChange, Content, SqlScript } from '#core/content';
import { lockedBy } from '#core/content';
import { ContentSchema } from '#wire/release';
import { aConfigChange, aContent, aScript, PACKAGE_DIGEST } from '../support/builders';

const some = <Thing>(count: number, make: (serial: number) => Thing): Thing[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));

const script = (serial: number, over: Partial<SqlScript> = {}): SqlScript =>
  aScript({ id: `script-${serial}`, ...over });

const change = (serial: number, over: Partial<ConfigChange> = {}): ConfigChange =>
  aConfigChange({ id: `change-${serial}`, namespace: `file-${serial}`, ...over });

const site = (serial: number) => ({
  site: `site-${serial}`,
  version: '1.0.0',
  artifactSha256: PACKAGE_DIGEST,
});

const bytes = (count: number) => ({ sha256: PACKAGE_DIGEST, bytes: count });

/** Where the content is refused, and in which words; undefined when it is taken. */
function refusedAs(over: Partial<Content>): string | undefined {
  const parsed = ContentSchema.safeParse(aContent({ code: [], ...over }));
  const [issue] = parsed.error?.issues ?? [];
  return issue && `${issue.path.join('.') || 'content'} ${issue.message}`;
}

const MB = 1024 * 1024;

describe('a content', () => {
  test.each<readonly [string, Partial<Content>]>([
    ['100 scripts', { sql: some(100, script) }],
    [
      '5 MB of SQL, undo texts included',
      { sql: [script(1, { text: bytes(4 * MB), undo: bytes(MB) })] },
    ],
    ['2,000 keys', { config: [change(1, { keys: 1_500 }), change(2, { keys: 500 })] }],
    ['12 sites', { code: some(12, site) }],
    ['12 namespaces', { config: some(12, change) }],
    [
      '12 sites, databases and namespaces together',
      {
        code: some(4, site),
        config: some(4, change),
        sql: some(8, (serial) => script(serial, { database: `db-${serial % 4}` })),
      },
    ],
  ])('may hold %s', (_, over) => {
    expect(refusedAs(over)).toBeUndefined();
  });

  test.each<readonly [string, Partial<Content>, string]>([
    [
      '101 scripts',
      { sql: some(101, script) },
      'sql holds more than 100 scripts; split the release',
    ],
    [
      'a byte more than 5 MB of SQL',
      { sql: [script(1, { text: bytes(4 * MB), undo: bytes(MB) }), script(2, { text: bytes(1) })] },
      'sql holds more than 5 MB of SQL; split the release',
    ],
    [
      '2,001 keys',
      { config: [change(1, { keys: 2_000 }), change(2, { keys: 1 })] },
      'config changes more than 2000 keys; split the release',
    ],
    [
      'one script id twice',
      { sql: [script(1), script(1)] },
      'sql names one script twice; give each an id of its own',
    ],
    [
      'one change id twice',
      { config: [change(1), change(1, { namespace: 'other' })] },
      'config names one change twice; give each an id of its own',
    ],
    [
      'one namespace twice',
      { config: [change(1), change(2, { namespace: 'file-1' })] },
      'config names one namespace twice; put all its keys into one change',
    ],
    [
      'an empty script',
      { sql: [script(1, { text: bytes(0) })] },
      'sql.0.text.bytes is empty; write something or take it out',
    ],
    [
      'one thing more than a transaction can lock',
      { code: some(12, site), sql: [script(1)] },
      'content names more than 12 sites, databases and namespaces together; split the release',
    ],
  ])('with %s is refused in a sentence that names field, limit and remedy', (_, over, words) => {
    expect(refusedAs(over)).toBe(words);
  });

  test('locks a database once, however many scripts change it', () => {
    const content = aContent({ sql: some(100, script), config: [change(1)] });

    expect([...lockedBy(content)]).toEqual([
      'site shop',
      'database orders',
      'namespace shop/file-1 in files',
    ]);
  });

  test('of part 1, which knew neither scripts nor configuration, is read as having none', () => {
    expect(ContentSchema.parse({ kind: 'Minor', code: [] })).toEqual({
      kind: 'Minor',
      sql: [],
      config: [],
      code: [],
    });
  });
});
