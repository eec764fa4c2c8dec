/** What the machine does by rule, without a person, until it has to wait. */
import { openStep } from './approvals';
import type { Facts } from './facts';
import { environmentBlockers } from './gates';
import { evolve } from './evolve';
import { executedMark } from './plan';
import type { RunStage } from './plan-step';
import type { Release } from './release';
import type { ReleaseEvent } from './release-event';
import { rejectedScript, scriptsToRun } from './scripts';

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
      return afterStart(release);
    case 'sql-executing':
      return release.run ? undefined : offer(release, 'SQL', facts);
    case 'config-executing':
      return configure(release, facts);
    case 'code-executing':
      if (release.run) return undefined;
      return hasCode(release) ? offer(release, 'CODE', facts) : { type: 'no-code' };
    case 'verifying':
      if (release.run) return undefined;
      return hasCode(release) ? offer(release, 'VERIFY', facts) : verified(release, null, facts);
    case 'rolling-back':
      return release.run ? undefined : offer(release, 'ROLLBACK', facts);
    case 'draft':
    case 'ready':
    case 'grayscale':
    case 'deployed':
    case 'fix-pending':
    case 'rolled-back':
    case 'released':
    case 'aborted':
      return undefined;
  }
}

/** Scripts wait for a person; a rejected one stops the release; without any it goes on. */
function afterStart(release: Release): ReleaseEvent | undefined {
  const rejected = rejectedScript(release);
  if (rejected)
    return { type: 'script-rejected', script: rejected.script, reason: rejected.reason };
  return scriptsToRun(release).length === 0 ? { type: 'no-sql' } : undefined;
}

/** The agent's part first, then what a person applies by hand. */
function configure(release: Release, facts: Facts): ReleaseEvent | undefined {
  const changes = release.content?.config ?? [];
  if (changes.length === 0) return { type: 'no-config' };
  if (release.run || release.handworkLeft) return undefined;
  return changes.every(({ byHand }) => byHand)
    ? { type: 'handwork-left', job: null }
    : offer(release, 'CONFIG', facts);
}

const hasCode = ({ content }: Release): boolean => (content?.code.length ?? 0) > 0;

/** The proof of what was deployed: packages, scripts and configuration, in an order of their own. */
export function verified(release: Release, job: string | null, facts: Facts): ReleaseEvent {
  const { code = [], sql = [], config = [] } = release.content ?? {};
  const product = [
    ...code.map(({ site, artifactSha256 }) => `${site} ${artifactSha256}`),
    ...sql.map((script) => `sql ${executedMark(script)}`),
    ...config.map(
      ({ centre, application, namespace, changes }) =>
        `config ${centre} ${application} ${namespace} ${changes.sha256}`,
    ),
  ];
  const productDigest = facts.sha256(product.sort().join('\n'));
  return { type: 'verified', job, productDigest, at: facts.now };
}

const offer = (release: Release, stage: RunStage, facts: Facts): ReleaseEvent => ({
  type: 'stage-offered',
  stage,
  job: `${release.issueId}.${String(facts.nextSerial)}`,
});
