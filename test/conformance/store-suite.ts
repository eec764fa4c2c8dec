/** What every Store does, whoever implements it. */
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { placesOf } from '#app/ports';
import type { Change, Store } from '#app/ports';
import type { EntityName, RecordOf } from '#wire/records';
import { RECORDS } from '../support/sample-records';

export interface StoreUnderTest {
  readonly store: Store;
  /** Lets lists see everything that was written. */
  settle(): void;
  /** Makes what lies under a key unreadable. */
  damage(entity: EntityName, key: string): Promise<void>;
}

export function describeStore(name: string, open: () => StoreUnderTest): void {
  describe(`the store ${name}`, () => {
    test.each(Object.keys(RECORDS) as EntityName[])(
      'gives a record of %s back whole',
      async (entity) => {
        const { store } = open();

        expect(await store.create(entity, 'key', RECORDS[entity])).toBe('created');

        expect(await store.get(entity, 'key')).toEqual(RECORDS[entity]);
      },
    );

    test('knows nothing under a key that nobody wrote', async () => {
      expect(await open().store.get('scope', 'shop:SIT')).toBeUndefined();
    });

    test('gives several records of several entities at once, and nothing where there is none', async () => {
      const { store } = open();
      await store.create('scope', 'same', aScope({ fence: 3 }));
      await store.create('scope', 'other', aScope({ fence: 4 }));
      await store.create('site', 'same', aSite({}));

      const found = await store.getMany([
        { entity: 'scope', key: 'same' },
        { entity: 'site', key: 'same' },
        { entity: 'site', key: 'other' },
        { entity: 'scope', key: 'same' },
      ]);

      expect(found.get('scope', 'same')).toEqual(aScope({ fence: 3 }));
      expect(found.get('site', 'same')).toEqual(aSite({}));
      expect(found.get('site', 'other')).toBeUndefined();
      expect(found.get('scope', 'other')).toBeUndefined();
      expect((await store.getMany([])).get('scope', 'same')).toBeUndefined();
    });

    test('gives more records at once than Forge takes keys in one request', async () => {
      const { store } = open();
      const keys = Array.from({ length: 60 }, (_, at) => `s-${at}`);
      for (const [fence, key] of keys.entries())
        await store.create('scope', key, aScope({ fence }));

      const found = await store.getMany(placesOf('scope', keys));

      expect(keys.map((key) => found.get('scope', key)?.fence)).toEqual([...keys.keys()]);
    });

    test('lets exactly one of several creators succeed, and keeps what that one wrote', async () => {
      const { store } = open();

      const outcomes = await Promise.all(
        [1, 2, 3, 4].map((fence) => store.create('scope', 'shop:SIT', aScope({ fence }))),
      );

      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      const winner = outcomes.indexOf('created') + 1;
      expect((await store.get('scope', 'shop:SIT'))?.fence).toBe(winner);
    });

    test('keeps what exists when somebody creates it again', async () => {
      const { store } = open();
      await store.create('scope', 'shop:SIT', aScope({ fence: 7 }));

      expect(await store.create('scope', 'shop:SIT', aScope({ fence: 8 }))).toBe('exists');

      expect((await store.get('scope', 'shop:SIT'))?.fence).toBe(7);
    });

    test('writes all changes of a transaction: sets, new keys and deletions', async () => {
      const { store } = open();
      await store.create('scope', 'a', aScope({ version: 1 }));
      await store.create('scope', 'b', aScope({ version: 1 }));

      const outcome = await store.transact([
        set('a', aScope({ version: 2, fence: 9 }), 1),
        set('c', aScope({ version: 1, fence: 3 }), 'new'),
        { type: 'delete', entity: 'scope', key: 'b', expect: 1 },
      ]);

      expect(outcome).toBe('done');
      expect((await store.get('scope', 'a'))?.fence).toBe(9);
      expect((await store.get('scope', 'c'))?.fence).toBe(3);
      expect(await store.get('scope', 'b')).toBeUndefined();
    });

    test('writes nothing of a transaction when one version is another', async () => {
      const { store } = open();
      await store.create('scope', 'a', aScope({ version: 1, fence: 1 }));
      await store.create('scope', 'b', aScope({ version: 5, fence: 1 }));

      const outcome = await store.transact([
        set('a', aScope({ version: 2, fence: 2 }), 1),
        set('b', aScope({ version: 5, fence: 2 }), 4),
        set('c', aScope({ version: 1 }), 'new'),
      ]);

      expect(outcome).toBe('conflict');
      expect((await store.get('scope', 'a'))?.fence).toBe(1);
      expect((await store.get('scope', 'b'))?.fence).toBe(1);
      expect(await store.get('scope', 'c')).toBeUndefined();
    });

    test('says conflict when a version is expected of a record that does not exist', async () => {
      const { store } = open();

      expect(await store.transact([set('a', aScope({ version: 2 }), 1)])).toBe('conflict');
      expect(await store.transact([{ type: 'delete', entity: 'scope', key: 'a', expect: 1 }])).toBe(
        'conflict',
      );

      expect(await store.get('scope', 'a')).toBeUndefined();
    });

    test('lets exactly one of several transactions from the same version succeed', async () => {
      const { store } = open();
      await store.create('scope', 'a', aScope({ version: 1, fence: 0 }));

      const outcomes = await Promise.all(
        [1, 2, 3, 4, 5].map((fence) =>
          store.transact([set('a', aScope({ version: 2, fence }), 1)]),
        ),
      );

      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      expect((await store.get('scope', 'a'))?.fence).toBe(outcomes.indexOf('done') + 1);
    });

    test('refuses a transaction of 26 changes and writes none of them', async () => {
      const { store } = open();
      const changes = Array.from({ length: 26 }, (_, at) =>
        set(`scope-${at}`, aScope({ version: 1 }), 'new'),
      );

      await expect(store.transact(changes)).rejects.toThrow('at most 25 changes');

      expect(await store.get('scope', 'scope-0')).toBeUndefined();
    });

    test('does nothing for a transaction without changes', async () => {
      expect(await open().store.transact([])).toBe('done');
    });

    test('lists one partition in the order of its range, in pages', async () => {
      const { store, settle } = open();
      for (const updatedAt of [30, 10, 20, 40]) {
        await store.create('site', `10000.site-${updatedAt}`, aSite({ updatedAt }));
      }
      await store.create('site', '20000.other', aSite({ project: '20000', updatedAt: 1 }));
      settle();
      const query = { index: 'by-project', partition: ['10000'], limit: 3 } as const;

      const first = await store.list('site', { ...query, order: 'descending' });
      expect(first.rows.map(({ key }) => key)).toEqual([
        '10000.site-40',
        '10000.site-30',
        '10000.site-20',
      ]);
      expect(first.cursor).toBeDefined();

      const second = await store.list('site', {
        ...query,
        order: 'descending',
        cursor: first.cursor ?? '',
      });
      expect(second.rows.map(({ record }) => record)).toEqual([aSite({ updatedAt: 10 })]);
      expect(second.cursor).toBeUndefined();
    });

    test('lists up to the upper end of the range, inclusive', async () => {
      const { store, settle } = open();
      for (const updatedAt of [30, 10, 20]) {
        await store.create('site', `10000.site-${updatedAt}`, aSite({ updatedAt }));
      }
      settle();

      const page = await store.list('site', {
        index: 'by-project',
        partition: ['10000'],
        atMost: 20,
        order: 'ascending',
        limit: 10,
      });

      expect(page.rows.map(({ record }) => record.updatedAt)).toEqual([10, 20]);
    });

    test('lists by two attributes and follows a record that leaves its partition', async () => {
      const { store, settle } = open();
      const release = { ...RECORDS.release, version: 1, status: 'draft' as const };
      await store.create('release', '10073', release);
      const moved = { ...release, version: 2, status: 'ready' as const };
      await store.transact([
        { type: 'set', entity: 'release', key: '10073', record: moved, expect: 1 },
      ]);
      settle();
      const list = (status: string) =>
        store.list('release', {
          index: 'by-status',
          partition: [release.project, status],
          order: 'ascending',
          limit: 10,
        });

      expect((await list('draft')).rows).toEqual([]);
      expect((await list('ready')).rows).toEqual([{ key: '10073', record: moved }]);
    });

    test('gives a text back by its digest', async () => {
      const { store } = open();

      const digest = await store.putText('select 1;\n');

      expect(digest).toBe(createHash('sha256').update('select 1;\n').digest('hex'));
      expect(await store.getText(digest)).toBe('select 1;\n');
      expect(await store.putText('select 1;\n')).toBe(digest);
    });

    test.each([
      ['an empty text', ''],
      ['a text of 400 KB', 'insert into t values (1);\n'.repeat(16_000)],
      ['a text of three-byte characters', '发布'.repeat(80_000)],
      ['a text of surrogate pairs', `x${'🚦'.repeat(90_000)}`],
      ['a text that JSON writes with escapes', '\u0001"\\'.repeat(60_000)],
    ])('gives back %s', async (_name, text) => {
      const { store } = open();

      expect(await store.getText(await store.putText(text))).toBe(text);
    });

    test('gives any part of a text, and nothing behind its end', async () => {
      const { store } = open();
      const text = Array.from({ length: 60_000 }, (_, at) => `${at};`).join('');
      const digest = await store.putText(text);

      for (const [offset, length] of [
        [0, 10],
        [153_590, 20],
        [100_000, 200_000],
        [text.length - 5, 50],
        [text.length, 50],
        [text.length + 1_000_000, 50],
      ] as const) {
        expect(await store.getSlice(digest, offset, length)).toEqual({
          text: text.slice(offset, offset + length),
          totalChars: text.length,
        });
      }
      expect(await store.getSlice('0'.repeat(64), 0, 10)).toBeUndefined();
    });

    test('makes a text of its pieces, in whatever order they came and however often', async () => {
      const { store } = open();
      const pieces = ['🚦'.repeat(50_000), '\u0001'.repeat(100_000), 'commit;\n'];
      const digest = digestOf(pieces.join(''));
      const upload = { issueId: '10073', digest };
      for (const index of [2, 0, 2, 1])
        await store.putPiece(upload, { index, count: 3 }, pieces[index] ?? '');

      expect(await store.joinPieces(upload)).toEqual({ kind: 'whole', bytes: 300_008 });
      expect(await store.getText(digest)).toBe(pieces.join(''));
      expect(await store.joinPieces({ issueId: 'another', digest })).toMatchObject({
        kind: 'whole',
      });
    });

    test('makes no text while a piece is missing, or came for another cut or another release', async () => {
      const { store } = open();
      const digest = digestOf('select 1;');
      const upload = { issueId: '10073', digest };

      expect(await store.joinPieces(upload)).toEqual({ kind: 'missing' });
      await store.putPiece(upload, { index: 0, count: 2 }, 'select');
      expect(await store.joinPieces(upload)).toEqual({ kind: 'missing' });
      await store.putPiece(upload, { index: 1, count: 3 }, ' 1;');
      expect(await store.joinPieces(upload)).toEqual({ kind: 'missing' });
      await store.putPiece({ ...upload, issueId: '2' }, { index: 1, count: 2 }, ' 1;');
      expect(await store.joinPieces(upload)).toEqual({ kind: 'missing' });
      expect(await store.getText(digest)).toBeUndefined();

      await store.putPiece(upload, { index: 1, count: 2 }, ' 1;');
      expect(await store.joinPieces(upload)).toEqual({ kind: 'whole', bytes: 9 });
    });

    test('makes no text whose SHA-256 is another than its name, and heals when the right piece comes', async () => {
      const { store } = open();
      const upload = { issueId: '10073', digest: digestOf('select 1;') };
      await store.putPiece(upload, { index: 0, count: 1 }, 'select 2;');

      expect(await store.joinPieces(upload)).toEqual({ kind: 'different' });
      expect(await store.getText(upload.digest)).toBeUndefined();

      await store.putPiece(upload, { index: 0, count: 1 }, 'select 1;');
      expect(await store.joinPieces(upload)).toMatchObject({ kind: 'whole' });
    });

    test('keeps a whole text as it is when somebody sends other pieces under its name', async () => {
      const { store } = open();
      const digest = await store.putText('select 1;');
      await store.putPiece({ issueId: '666', digest }, { index: 0, count: 1 }, 'drop table t;');
      await store.joinPieces({ issueId: '666', digest });

      expect(await store.getText(digest)).toBe('select 1;');
    });

    test('knows no text of a digest that nobody stored', async () => {
      expect(await open().store.getText('0'.repeat(64))).toBeUndefined();
    });

    test('stops at a record that does not parse, naming it', async () => {
      const { store, damage } = open();
      await store.create('scope', 'shop:SIT', aScope({}));
      await damage('scope', 'shop:SIT');

      await expect(store.get('scope', 'shop:SIT')).rejects.toThrow(
        'The stored record scope shop:SIT cannot be read',
      );
      const found = await store.getMany(placesOf('scope', ['other', 'shop:SIT']));
      expect(() => found.get('scope', 'shop:SIT')).toThrow(
        'The stored record scope shop:SIT cannot be read',
      );
    });
  });
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const aScope = (parts: Partial<RecordOf<'scope'>>): RecordOf<'scope'> => ({
  ...RECORDS.scope,
  ...parts,
});

const aSite = (parts: Partial<RecordOf<'site'>>): RecordOf<'site'> => ({
  ...RECORDS.site,
  project: '10000',
  ...parts,
});

const set = (key: string, record: RecordOf<'scope'>, expect: number | 'new'): Change => ({
  type: 'set',
  entity: 'scope',
  key,
  record,
  expect,
});
