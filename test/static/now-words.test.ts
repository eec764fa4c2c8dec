import { describe, expect, test } from '@jest/globals';
import { nowWords } from '../../static/release-panel/src/now-words';

describe('the sentence of the Now card', () => {
  test.each([
    [
      'Ready to start in UAT. Start: @[5b-lee], @[5b-zhang].',
      'Ready to start in UAT.',
      'Start: @[5b-lee], @[5b-zhang]',
    ],
    [
      'Waiting for a DBA to review a.sql, b.sql. DBAs: @[5b-wang].',
      'Waiting for a DBA to review a.sql, b.sql.',
      'DBAs: @[5b-wang]',
    ],
    [
      'CODE failed (health): web-1 answered 503. Retry code: @[5b-lee].',
      'CODE failed (health): web-1 answered 503.',
      'Retry code: @[5b-lee]',
    ],
  ])('is taken apart into what is going on and who may act: %s', (now, state, who) => {
    expect(nowWords(now)).toEqual({ state, who });
  });

  test.each(['Deployed in UAT.', 'Waiting for approval “QA: @[team]” for UAT: 0 of 1.', ''])(
    'stays whole where nobody is named at its end: %s',
    (now) => {
      expect(nowWords(now)).toEqual({ state: now, who: undefined });
    },
  );
});
