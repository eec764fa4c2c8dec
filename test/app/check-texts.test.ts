import { describe, expect, test } from '@jest/globals';
import { editContent } from '#app/edit-content';
import { canonicalText } from '#core/canonical';
import { aConfigChange, aContent, REPORTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import { refOf, setKey } from '../support/written-content';

/** What the panel is told when it saves a change with this text. */
async function save(text: string, keys = 1) {
  const world = await aReleaseWorld();
  await world.ports.memory.putText(text);
  const content = aContent({ config: [aConfigChange({ changes: refOf(text), keys })] });
  return editContent(world.ports, { issueId: world.issue.id, accountId: REPORTER, content });
}

describe('the text of a configuration change', () => {
  test('is taken when it lists its keys canonically', async () => {
    const secret = { action: 'set', key: 'db.password', value: { kind: 'secret', name: 'db' } };
    const gone = { action: 'delete', key: 'old.key' };

    expect(await save(canonicalText([setKey('a'), secret, gone]), 3)).toEqual({ kind: 'done' });
  });

  test.each([
    ['is no JSON', 'key=value', 'The configuration change limits is not right: '],
    ['changes no key', '[]', 'changes no key'],
    [
      'sets a key twice',
      canonicalText([setKey('a'), setKey('a', 'off')]),
      'names one key twice; give each key once',
    ],
    [
      'holds a value that is too long',
      canonicalText([setKey('fine'), setKey('long', 'x'.repeat(32_769))]),
      'The configuration change limits is not right at key long: is longer than 32768 characters; correct it and save again.',
    ],
    [
      'names a key with a backslash',
      canonicalText([setKey('a\\b')]),
      'is not right at key a\\b: must not hold a double quote or a backslash',
    ],
    [
      'holds a value for an environment that nobody has',
      canonicalText([
        {
          action: 'set',
          key: 'greeting',
          value: { kind: 'text', text: 'Hi', perEnvironment: { SIT: 'Hey', TEST: 'Ho' } },
        },
      ]),
      'has a value of greeting for TEST, which is no environment of the project’s policy (SIT, STAGE); take that value out.',
    ],
    [
      'is not canonical',
      JSON.stringify([setKey('a')], null, 1),
      'is not written as canonical JSON (members sorted, no blanks); save it from the release’s panel.',
    ],
    [
      'has more keys than the content says',
      canonicalText([setKey('a'), setKey('b')]),
      'holds 2 keys, and the content says 1; save the content again.',
    ],
  ])('is refused in one sentence when it %s', async (_name, text, words) => {
    const outcome = await save(text);

    expect(outcome).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('The configuration change limits '),
    });
    expect(outcome).toMatchObject({ sentence: expect.stringContaining(words) });
  });

  test('is refused unread when all of them together are larger than 1 MB', async () => {
    const world = await aReleaseWorld();
    const changes = { sha256: 'a'.repeat(64), bytes: 1_048_577 };
    const content = aContent({ config: [aConfigChange({ changes })] });

    expect(
      await editContent(world.ports, { issueId: world.issue.id, accountId: REPORTER, content }),
    ).toEqual({
      kind: 'refused',
      sentence:
        'The configuration changes have 1025 KB together and may have 1024 KB; split the release.',
    });
  });
});
