import { describe, expect, test } from '@jest/globals';
import { deploymentsOf } from '#core/deployments';
import { evolve, replay } from '#core/evolve';
import type { ReleaseEvent } from '#core/release-event';

const digest = (letter: string): string => letter.repeat(64);

const started: readonly ReleaseEvent[] = [
  { type: 'created', issueId: '10001', project: '10000', reporter: 'dev' },
  {
    type: 'content-edited',
    by: 'dev',
    content: {
      kind: 'Minor',
      sql: [],
      config: [],
      code: [
        { site: 'shop', version: '1.4.0', artifactSha256: digest('a') },
        { site: 'api', version: '2.0.1', artifactSha256: digest('b') },
      ],
    },
  },
  { type: 'submitted', by: 'dev', environment: 'SIT', planDigest: digest('c') },
  { type: 'started', by: 'leader', attempt: 3, terms: { policyVersion: 1, approvals: [] } },
];

const after = (event: ReleaseEvent) =>
  deploymentsOf(event, evolve(replay(started), event), 1_800_000_000);

describe('the history of a site', () => {
  test('gets an entry for each site of a release when it is verified', () => {
    const entries = after({
      type: 'verified',
      job: 'j',
      productDigest: digest('d'),
      at: 1_800_000_000,
    });

    expect(
      entries.map(({ site, releaseVersion, result, attempt }) => [
        site,
        releaseVersion,
        result,
        attempt,
      ]),
    ).toEqual([
      ['shop', '1.4.0', 'deployed', 3],
      ['api', '2.0.1', 'deployed', 3],
    ]);
  });

  test.each(['code-failed', 'not-verified'] as const)(
    'gets a failed entry for each site after %s',
    (type) => {
      const entries = after({
        type,
        job: 'j',
        failure: { class: 'health', sentence: 'It is not healthy.' },
      });

      expect(entries.map(({ result }) => result)).toEqual(['failed', 'failed']);
    },
  );

  test('gets none while the attempt goes on', () => {
    expect(after({ type: 'no-sql' })).toEqual([]);
    expect(after({ type: 'code-succeeded', job: 'j' })).toEqual([]);
  });
});
