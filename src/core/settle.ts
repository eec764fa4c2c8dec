/** What the machine does by rule, without a person, until it has to wait. */
import { openStep } from './approvals';
import type { Facts } from './facts';
import { environmentBlockers } from './gates';
import { evolve } from './release';
import type { Release, ReleaseEvent, RunStage } from './release';

/** The events that follow by rule from where the release stands. */
export function settle(release: Release, facts: Facts): readonly ReleaseEvent[] {
  const event = nextByRule(release, facts);
  if (!event) return [];
  const later = settle(evolve(release, event), { ...facts, nextSerial: facts.nextSerial + 1 });
  return [event, ...later];
}

function nextByRule(release: Release, facts: Facts): ReleaseEvent | undefined {
  switch (release.status) {
    case 'awaiting-approval':
      return openStep(release, facts.policy) || environmentBlockers(release, facts).length > 0
        ? undefined
        : { type: 'approvals-met' };
    case 'sql-pending':
      return { type: 'no-sql' };
    case 'config-executing':
      return { type: 'no-config' };
    case 'code-executing':
      return release.run ? undefined : offer(release, 'CODE', facts);
    case 'verifying':
      return release.run ? undefined : offer(release, 'VERIFY', facts);
    case 'draft':
    case 'ready':
    case 'sql-executing':
    case 'grayscale':
    case 'deployed':
    case 'fix-pending':
    case 'rolling-back':
    case 'rolled-back':
    case 'released':
    case 'aborted':
      return undefined;
  }
}

const offer = (release: Release, stage: RunStage, facts: Facts): ReleaseEvent => ({
  type: 'stage-offered',
  stage,
  job: `${release.issueId}.${String(facts.nextSerial)}`,
});
