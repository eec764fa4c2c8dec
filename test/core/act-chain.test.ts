import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { freshActs, headWith, nextActs, NO_ACTS, NOTHING_TOLD } from '#core/act-chain';
import type { AgentAct } from '#core/act-chain';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const OF = `1.0.0 ${'a'.repeat(64)}`;
const act = (over: Partial<AgentAct> = {}): AgentAct => ({
  what: 'activate',
  result: 'done',
  fence: 1,
  of: OF,
  ...over,
});
const ran = (first: number, last: number, fence = 1): AgentAct =>
  act({ what: 'statement', of: 'b'.repeat(64), first, last, fence });

describe('the acts of a place', () => {
  test('are told once, whoever tells them again', () => {
    const { fresh, told } = freshActs(NOTHING_TOLD, [act(), act({ fence: 2 })]);
    const again = [act({ found: true }), act({ fence: 2, result: 'unknown' }), act({ fence: 3 })];

    expect(fresh).toHaveLength(2);
    expect(freshActs(told, again).fresh).toEqual([act({ fence: 3 })]);
  });

  test.each([
    ['done', act({ found: true })],
    ['not done', act({ result: 'not-done', found: true })],
    ['failed', act({ result: 'failed' })],
  ])('are told once more as %s, where nobody knew their end before', (_, known) => {
    const unknown = act({ result: 'unknown' });
    const before = freshActs(NOTHING_TOLD, [unknown, act({ what: 'start' })]);

    const after = freshActs(before.told, [unknown, known]);

    expect(after.fresh).toEqual([known]);
    expect(freshActs(after.told, [unknown, known, act({ found: true })]).fresh).toEqual([]);
  });

  test('are told once by what a record of before the first unknown end, or of yesterday, holds', () => {
    const yesterday = { names: [`activate 1 ${'a'.repeat(8)}`], statements: 0 };

    expect(freshActs(yesterday, [act({ found: true })]).fresh).toEqual([]);
    expect(freshActs(NOTHING_TOLD, [act()]).told).toEqual(yesterday);
  });

  test('are different ones where operation, release or statement differ', () => {
    const acts = [
      act(),
      act({ what: 'start' }),
      act({ of: `0.9.0 ${'c'.repeat(64)}` }),
      act({ what: 'statement', result: 'failed', first: 1, last: 1 }),
      act({ what: 'statement', result: 'failed', first: 2, last: 2 }),
    ];

    expect(freshActs(NOTHING_TOLD, acts).fresh).toEqual(acts);
  });

  test('remember no more of a host than stays small, and never forget what its ledger still shows', () => {
    const acts = Array.from({ length: 40 }, (_, index) => act({ fence: index + 1 }));
    const unknown = acts.map((each): AgentAct => ({
      ...each,
      fence: each.fence + 40,
      result: 'unknown',
    }));
    const { told } = freshActs(freshActs(NOTHING_TOLD, unknown).told, acts);

    expect(JSON.stringify(told).length).toBeLessThan(600);
    expect(freshActs(told, acts.slice(-12)).fresh).toEqual([]);
  });

  test('count each statement once, in whatever pieces and however often their ends are told', () => {
    const piece = fc.tuple(fc.nat(3), fc.nat(6), fc.nat(4));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), (pieces) => {
        let told = NOTHING_TOLD;
        let done = 0;
        const counted: number[] = [];
        for (const [back, more, fence] of pieces) {
          const first = Math.max(1, done + 1 - back);
          const last = Math.max(done, first) + more;
          const news = freshActs(told, [ran(first, last, fence)]);
          told = news.told;
          done = Math.max(done, last);
          for (const { first: from = 0, last: to = 0 } of news.fresh)
            for (let number = from; number <= to; number += 1) counted.push(number);
        }
        expect(counted).toEqual(Array.from({ length: done }, (_, index) => index + 1));
      }),
    );
  });
});

describe('the chain of acts', () => {
  const news = (at: number, acts: readonly AgentAct[]) => ({
    ...{ audience: 'here', issueId: '7', job: '7.1', agent: 'ag-1', name: 'Room 1', at },
    acts: acts.map((each) => ({ ...each, at, step: 'code-1', place: 'web1' })),
  });

  test('links its rows, and its head counts every act and every statement', () => {
    const first = nextActs(NO_ACTS, news(5, [act()]), sha256);
    const head = headWith(NO_ACTS, first);
    const second = nextActs(head, news(6, [ran(1, 20), act({ what: 'start' })]), sha256);

    expect(second).toMatchObject({ row: 2, previous: first.hash });
    expect(headWith(head, second)).toEqual({ rows: 2, count: 22, head: second.hash });
  });

  test('has the text that auditors hash: names in order, no blanks, all but the hash', () => {
    const texts: string[] = [];
    nextActs(NO_ACTS, news(5, [act({ found: true })]), (text) => {
      texts.push(text);
      return '';
    });

    expect(texts).toEqual([
      `{"acts":[{"at":5,"fence":1,"found":true,"of":"${OF}","place":"web1","result":"done","step":"code-1","what":"activate"}],` +
        `"agent":"ag-1","at":5,"audience":"here","format":"interlock-acts-1","issueId":"7","job":"7.1","name":"Room 1","previous":"","row":1}`,
    ]);
  });
});
