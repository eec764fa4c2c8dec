/** The one sentence that says what is going on, what is waited for, and who may act. */
import { openStep } from './approvals';
import { permitted } from './permissions';
import type { Policy } from './policy';
import type { Release, RunStage } from './release';
import type { Site } from './site';
import { statusName } from './status';
import { transitionOf } from './transitions';

/** Names people by account id, between `@[` and `]`: the page puts their names there. */
export function nowSentence(
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): string {
  const place = release.environment ?? '';
  if (release.question !== null) return release.question;
  switch (release.status) {
    case 'draft':
      return release.content
        ? 'Ready to be submitted.'
        : 'Waiting for content: name a site, its version and its package.';
    case 'awaiting-approval': {
      const open = openStep(release, world.policy);
      return open
        ? `Waiting for approval “${open.step.label}” for ${place}: ${String(open.have)} of ${String(open.step.count)}.`
        : `Approved for ${place}.`;
    }
    case 'ready':
      return `Ready to start in ${place}. ${mayAct('start', release, world)}`;
    case 'code-executing':
      return `The package is being staged and switched on the hosts of ${place}.`;
    case 'verifying':
      return `Every host of ${place} is asked for its version and health.`;
    case 'deployed':
      return `Deployed in ${place}.`;
    case 'fix-pending':
      return release.failure
        ? `${release.failure.stage} failed (${release.failure.class}): ${release.failure.sentence} ${mayAct(RETRY_OF[release.failure.stage], release, world)}`
        : 'Waiting for a fix.';
    case 'sql-pending':
    case 'sql-executing':
    case 'config-executing':
    case 'grayscale':
    case 'rolling-back':
    case 'rolled-back':
    case 'released':
    case 'aborted':
      return `${statusName(release.status)}.`;
  }
}

const RETRY_OF = { CODE: 'retry-code', VERIFY: 'retry-verification' } as const;

function mayAct(
  action: 'start' | (typeof RETRY_OF)[RunStage],
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): string {
  const row = transitionOf(action);
  if (row.by !== 'person') return '';
  const people = [...new Set(permitted(row, release, world))].map((accountId) => `@[${accountId}]`);
  return people.length === 0 ? '' : `${row.name}: ${people.join(', ')}.`;
}
