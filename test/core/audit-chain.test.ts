import { describe, expect, test } from '@jest/globals';
import { historyWith, nextSegment, NO_HISTORY } from '#core/audit-chain';
import type { ReleaseEvent } from '#core/release-event';
import { sha256 } from '#forge/sha256';
import { EventSegment } from '#wire/records';

const CREATED: ReleaseEvent = {
  type: 'created',
  issueId: '10001',
  project: '10000',
  reporter: 'acc-reporter',
};
const news = { audience: 'installation', issueId: '10001', at: 1_800_000_000, events: [CREATED] };

describe('the chain of a history', () => {
  test('hashes exactly this text, for good: what was stored once must verify with every later version', () => {
    const text =
      '{"at":1800000000,"audience":"installation","events":[{"issueId":"10001","project":"10000","reporter":"acc-reporter","type":"created"}],"firstSerial":1,"format":"interlock-events-1","issueId":"10001","previous":"","segment":1}';

    expect(nextSegment(NO_HISTORY, news, sha256).hash).toBe(sha256(text));
  });

  test('counts on from what is there, and links to its hash', () => {
    const first = nextSegment(NO_HISTORY, { ...news, events: [CREATED, CREATED] }, sha256);
    const history = historyWith(NO_HISTORY, first);
    const second = nextSegment(history, news, sha256);

    expect(history).toEqual({ segments: 1, events: 2, head: first.hash, chainedFrom: 1 });
    expect(second).toMatchObject({ segment: 2, firstSerial: 3, previous: first.hash });
    expect(historyWith(history, second)).toMatchObject({ segments: 2, events: 3, chainedFrom: 1 });
  });

  test('begins behind rows that no chain holds, and says where', () => {
    const before = { segments: 4, events: 9, head: 'the hash of an older version' };
    const segment = nextSegment(before, news, sha256);

    expect(segment).toMatchObject({ segment: 5, firstSerial: 10, previous: '' });
    expect(historyWith(before, segment)).toMatchObject({ segments: 5, chainedFrom: 5 });
  });

  test('gives another hash where anything of it differs', () => {
    const { hash } = nextSegment(NO_HISTORY, news, sha256);
    const others = [
      { ...news, audience: 'another installation' },
      { ...news, issueId: '10002' },
      { ...news, at: news.at + 1 },
      { ...news, events: [{ ...CREATED, reporter: 'acc-other' }] },
    ];

    for (const other of others) expect(nextSegment(NO_HISTORY, other, sha256).hash).not.toBe(hash);
    expect(nextSegment({ ...NO_HISTORY, events: 1 }, news, sha256).hash).not.toBe(hash);
    expect(nextSegment({ ...NO_HISTORY, head: 'h' }, news, sha256).hash).not.toBe(hash);
  });

  test('survives being stored and read again', () => {
    const segment = nextSegment(NO_HISTORY, news, sha256);
    const row = { version: 1, project: '10000', ...segment };

    expect(EventSegment.parse(JSON.parse(JSON.stringify(row)))).toEqual(row);
  });
});
