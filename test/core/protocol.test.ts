import { describe, expect, test } from '@jest/globals';
import { agreeOn } from '#core/protocol';

describe('two sides of a protocol', () => {
  test.each([
    [[1], [1], { kind: 'agreed', version: 1 }],
    [[1], [1, 2], { kind: 'agreed', version: 1 }],
    [[1, 2], [1], { kind: 'agreed', version: 1 }],
    [[1, 2], [1, 2], { kind: 'agreed', version: 2 }],
    [[2, 3], [1, 2], { kind: 'agreed', version: 2 }],
    [[1], [2, 3], { kind: 'too-old' }],
    [[3, 4], [1, 2], { kind: 'too-new' }],
  ])('who speak %j and %j speak %j', (theirs, ours, agreement) => {
    expect(agreeOn(theirs, ours)).toEqual(agreement);
  });
});
