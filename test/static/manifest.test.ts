import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { ContentSchema } from '#wire/release';
import { draftOf, withMoved } from '../../static/release-panel/src/editor/draft';
import type { Draft } from '../../static/release-panel/src/editor/draft';
import { draftProblems } from '../../static/release-panel/src/editor/draft-problem';
import { manifestOf, rowOf } from '../../static/release-panel/src/editor/manifest';
import { keysText, parseKeys } from '../../static/release-panel/src/key-changes';
import { READY } from './support/releases';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const EMPTY: Draft = draftOf(null);

const WRITTEN: Draft = {
  ...EMPTY,
  scripts: [
    {
      key: 'script-1',
      id: 'script-1',
      name: 'one.sql',
      database: 'orders',
      text: { kind: 'written', text: 'SELECT 1;' },
      undo: { kind: 'written', text: 'SELECT 0;' },
      environments: ['UAT'],
    },
  ],
  changes: [
    {
      key: 'config-1',
      id: 'config-1',
      centre: 'files',
      application: 'shop',
      namespace: 'app.properties',
      keys: {
        kind: 'written',
        rows: [
          {
            key: 'a',
            action: 'set',
            name: 'pool.max',
            isSecret: false,
            value: '40',
            perEnvironment: { UAT: '', PROD: '60' },
          },
          {
            key: 'b',
            action: 'set',
            name: 'pay.key',
            isSecret: true,
            value: 'pay-key',
            perEnvironment: {},
          },
          {
            key: 'c',
            action: 'delete',
            name: 'old',
            isSecret: false,
            value: 'x',
            perEnvironment: {},
          },
        ],
      },
      byHand: false,
    },
  ],
  sites: [
    {
      key: 'shop',
      site: 'shop',
      version: '1.2.0',
      artifactSha256: 'A3F1'.repeat(16),
      batchSize: '2',
    },
  ],
};

describe('a draft that nobody has changed', () => {
  test('gives the same content again, and no text to send', async () => {
    const { content, texts } = await manifestOf(draftOf(READY.content));

    expect(content).toEqual(READY.content);
    expect(texts.size).toBe(0);
  });
});

describe('a draft that a person has written', () => {
  test('becomes content that the app takes, with every text under its digest', async () => {
    const { content, texts } = await manifestOf(WRITTEN);

    expect(ContentSchema.parse(content)).toEqual(content);
    expect(content.sql[0]?.text).toEqual({ sha256: sha256('SELECT 1;'), bytes: 9 });
    expect(content.sql[0]?.environments).toEqual(['UAT']);
    expect(content.code).toEqual([
      { site: 'shop', version: '1.2.0', artifactSha256: 'a3f1'.repeat(16), batchSize: 2 },
    ]);
    expect([...texts].every(([digest, text]) => sha256(text) === digest)).toBe(true);
    expect(texts.size).toBe(3);
  });

  test('has its keys as canonical JSON: sorted members, no spaces, a secret by its name only', async () => {
    const { content, texts } = await manifestOf(WRITTEN);

    expect(texts.get(content.config[0]?.changes.sha256 ?? '')).toBe(
      '[{"action":"set","key":"pool.max","value":{"kind":"text","perEnvironment":{"PROD":"60"},"text":"40"}},' +
        '{"action":"set","key":"pay.key","value":{"kind":"secret","name":"pay-key"}},' +
        '{"action":"delete","key":"old"}]',
    );
    expect(content.config[0]?.keys).toBe(3);
  });

  test('keeps its keys when they are read, edited and written again', async () => {
    const { content, texts } = await manifestOf(WRITTEN);
    const text = texts.get(content.config[0]?.changes.sha256 ?? '') ?? '';
    const [change] = WRITTEN.changes;
    if (!change) throw new Error('The draft has a change.');

    const keys = { kind: 'written', rows: parseKeys(text).map(rowOf) } as const;
    const again = await manifestOf({ ...WRITTEN, changes: [{ ...change, keys }] });

    expect(again.content).toEqual(content);
    expect(keysText(parseKeys(text))).toBe(text);
  });

  test('has nothing wrong with it', () => {
    expect(draftProblems(WRITTEN)).toEqual([]);
  });
});

describe('what is wrong with a draft', () => {
  test.each([
    ['The release carries nothing; add', {}],
    [
      'Script 1 needs a database',
      { scripts: WRITTEN.scripts.map((s) => ({ ...s, database: '' })) },
    ],
    [
      'Script 1 has no text',
      {
        scripts: WRITTEN.scripts.map((s) => ({
          ...s,
          text: { kind: 'written', text: '' } as const,
        })),
      },
    ],
    [
      'Configuration change 1 needs a centre',
      { changes: WRITTEN.changes.map((c) => ({ ...c, centre: '' })) },
    ],
    [
      'Site 1 needs the SHA-256',
      { sites: WRITTEN.sites.map((s) => ({ ...s, artifactSha256: 'x' })) },
    ],
    [
      'Site 1 needs a whole number',
      { sites: WRITTEN.sites.map((s) => ({ ...s, batchSize: '1.5' })) },
    ],
  ] satisfies readonly (readonly [string, Partial<Draft>])[])(
    'is said in words: %s',
    (words, part) => {
      const [problem, ...others] = draftProblems({ ...EMPTY, ...part });

      expect(problem?.words).toContain(words);
      expect(others).toEqual([]);
    },
  );
});

describe('the order of scripts', () => {
  test('changes by one place, and not beyond the ends', () => {
    expect(withMoved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
    expect(withMoved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
    expect(withMoved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
    expect(withMoved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c']);
  });
});
