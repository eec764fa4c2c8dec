import { describe, expect, test } from '@jest/globals';
import { inputSentence, parseInput } from '#wire/input-words';
import { PANEL_CALLS, SETTINGS_CALLS } from '#wire/page';
import { aConfigChange, aContent, aPolicy, aScript, aSite } from '../support/builders';

const CALLS = { ...PANEL_CALLS, ...SETTINGS_CALLS };
type CallName = keyof typeof CALLS;

const sha256 = 'a'.repeat(64);
const approvals = [
  { label: 'Leader', count: 1, from: { kind: 'leaders' } },
  { label: 'Owner', count: 1, from: { kind: 'accounts', accountIds: ['acc'] } },
  { label: 'Group', count: 1, from: { kind: 'group', groupId: 'qa' } },
] as const;

/** Of each call one payload that it takes, with every member that it may have. */
const PAYLOADS: Readonly<Record<CallName, object>> = {
  'release.show': {},
  'release.glance': { mark: 'm' },
  'content.put': {
    content: aContent({
      sql: [aScript({ undo: { sha256, bytes: 1 }, environments: ['SIT'] })],
      config: [aConfigChange()],
      code: [{ site: 'shop', version: '1.0.0', artifactSha256: sha256, batchSize: 2 }],
    }),
  },
  'question.answer': { answer: 'done', about: { job: '10001.8', isAsked: true } },
  'text.put': { sha256, index: 0, count: 1, piece: 'x' },
  'log.show': { job: '10001.8' },
  'text.get': { sha256, offset: 0 },
  'audit.get': { from: 1 },
  'script.review': { script: 'add', mark: 'm', verdict: 'approved', reason: '' },
  'settings.show': {},
  'workflow.install': {},
  'policy.put': {
    policy: aPolicy({
      environments: [{ id: 'SIT', approvals: [...approvals], starters: 'leaders' }],
    }),
  },
  'site.put': { site: aSite({ backup: 'acc-backup' }) },
  'agent.enroll': { name: 'Room 1', environments: ['SIT'] },
  'agent.approve': { agentId: 'ag-1', fingerprint: 'abcd' },
  'agent.revoke': { agentId: 'ag-1' },
};

const sentenceFor = (name: CallName, payload: unknown): string | undefined => {
  const parsed = parseInput<unknown>(CALLS[name], payload);
  return parsed.success ? undefined : inputSentence(parsed.error);
};

test.each(Object.entries(PAYLOADS) as [CallName, object][])(
  '%s takes its payload',
  (name, payload) => {
    expect(sentenceFor(name, payload)).toBeUndefined();
  },
);

/** Whatever a page or a stranger may send instead of a value. */
const BAD: readonly unknown[] = [
  ...[undefined, null, true, -1, 1.5, 1e300, '', ' ', '../x', 'x'.repeat(100_001), 'half \ud83d'],
  ...[[], {}, ['x', 'x'], [null], { 'no name!': {} }, { kind: 'other' }],
];

type Path = readonly (string | number)[];

/** Every place in a value, from the value itself inwards. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const nameOf = (name: string) => (Array.isArray(value) ? Number(name) : name);
  return [path, ...members.flatMap(([name, member]) => placesIn(member, [...path, nameOf(name)]))];
}

/** The value with something else in one place. */
function replaced(value: unknown, [first, ...rest]: Path, other: unknown): unknown {
  if (first === undefined) return other;
  if (Array.isArray(value))
    return value.map((member: unknown, at) =>
      at === first ? replaced(member, rest, other) : member,
    );
  const members = Object.entries(value as object).map(([name, member]: [string, unknown]) => [
    name,
    name === first ? replaced(member, rest, other) : member,
  ]);
  return Object.fromEntries(members);
}

const CASES = (Object.entries(PAYLOADS) as [CallName, object][]).flatMap(([name, payload]) =>
  placesIn(payload).map((path) => [name, path.join('.'), path] as const),
);

/** The words of a library, not ours. */
const RAW =
  /invalid|expected|received|too (big|small)|unrecognized|pattern|regex|undefined|\[object/i;

describe('whatever is wrong with a call', () => {
  test.each(CASES)('%s at %s becomes one short sentence of ours', (name, _place, path) => {
    for (const bad of BAD) {
      const sentence = sentenceFor(name, replaced(PAYLOADS[name], path, bad));
      if (sentence === undefined) continue;
      expect(sentence).toMatch(
        /^(The input|The field \S+( \S+)?) (is|has|holds|lists|must|names|asks)\b.*[^.]\.$/,
      );
      expect(sentence).toMatch(/; /);
      expect(sentence).not.toMatch(RAW);
      expect(sentence).not.toMatch(/\. [A-Z]|\n/);
      expect(sentence.length).toBeLessThan(300);
    }
  });
});

describe('a refused field', () => {
  test.each<[CallName, Path, unknown, string]>([
    ['release.glance', [], null, 'The input must be an object; correct it and try again.'],
    ['release.glance', ['mark'], undefined, 'The field mark is missing; correct it and try again.'],
    [
      'release.glance',
      ['mark'],
      'x'.repeat(101),
      'The field mark has more than 100 characters; shorten it.',
    ],
    [
      'question.answer',
      ['answer'],
      'maybe',
      'The field answer must be done, not-done or retry; correct it and try again.',
    ],
    [
      'text.put',
      ['index'],
      1.5,
      'The field index must be a whole number; correct it and try again.',
    ],
    ['text.put', ['index'], -1, 'The field index must be at least 0; correct it and try again.'],
    ['text.put', ['count'], 65, 'The field count must be at most 64; correct it and try again.'],
    ['text.put', ['piece'], '', 'The field piece must not be empty; correct it and try again.'],
    [
      'text.get',
      ['sha256'],
      'abc',
      'The field sha256 must be a SHA-256: 64 hex digits in lower case; correct it and try again.',
    ],
    [
      'content.put',
      ['content', 'code', 0],
      { site: '-x', version: '/', artifactSha256: sha256 },
      'The field content.code[0].site must be 1 to 64 letters, digits, dots, dashes or underscores, and begin with a letter or digit; correct it and 1 more and try again.',
    ],
    [
      'content.put',
      ['content', 'sql', 0, 'text', 'bytes'],
      0,
      'The field content.sql[0].text.bytes is empty; write something or take it out.',
    ],
    [
      'content.put',
      ['content', 'kind'],
      'Huge',
      'The field content.kind must be Major, Minor or Hotfix; correct it and try again.',
    ],
    [
      'policy.put',
      ['policy', 'environments', 0, 'approvals', 0, 'from'],
      { kind: 'anybody' },
      'The field policy.environments[0].approvals[0].from.kind must be leaders, accounts or group; correct it and try again.',
    ],
    [
      'policy.put',
      ['policy', 'environments'],
      [],
      'The field policy.environments must not be empty; correct it and try again.',
    ],
    [
      'policy.put',
      ['policy', 'testers'],
      Array.from({ length: 101 }, (_, at) => `acc-${at}`),
      'The field policy.testers lists more than 100; shorten the list.',
    ],
    [
      'site.put',
      ['site', 'environments'],
      { 'no name!': {} },
      'The field site.environments["no name!"] has a name that must be 1 to 64 letters, digits, dots, dashes or underscores, and begin with a letter or digit; correct it and try again.',
    ],
    [
      'agent.enroll',
      ['environments'],
      'SIT',
      'The field environments must be a list; correct it and try again.',
    ],
  ])('of %s at %j is told in its own sentence', (name, path, bad, sentence) => {
    expect(sentenceFor(name, replaced(PAYLOADS[name], path, bad))).toBe(sentence);
  });

  test('with a member that nobody knows is told which, shortened', () => {
    const content = { ...aContent(), ['x'.repeat(5_000)]: 1 };

    expect(sentenceFor('content.put', { content })).toBe(
      `The field content has the unknown member ${'x'.repeat(120)}…; take it out.`,
    );
  });
});
