/** What an edit of the content becomes, and a world that may have changed. */
import type { Command } from './command';
import { accept, refuse } from './decision';
import type { Decision } from './decision';
import { evolve } from './evolve';
import type { Facts } from './facts';
import { planFor } from './plan-for';
import type { Release } from './release';
import type { ReleaseEvent } from './release-event';

/** Content is written before a start; where a plan is bound already, it is bound anew. */
export function decideEdit(
  release: Release,
  command: Extract<Command, { type: 'edit-content' }>,
  facts: Facts,
): Decision {
  if (!command.person.mayEdit) {
    return refuse({
      why: 'person-may-not',
      wanted: 'Editing the content',
      who: 'editor',
      environment: release.environment,
    });
  }
  if (!['draft', 'awaiting-approval', 'ready'].includes(release.status)) {
    return refuse({ why: 'not-in-status', wanted: 'Editing the content', status: release.status });
  }
  const edited: ReleaseEvent = {
    type: 'content-edited',
    by: command.person.accountId,
    content: command.content,
  };
  if (release.status === 'draft') return accept(edited);
  const rebound = rebind(evolve(release, edited), facts);
  if (rebound.kind === 'refused') return rebound;
  return { ...rebound, events: [edited, ...rebound.events] };
}

/** Binds the plan anew where hosts, policy or packages have changed since. */
export function decideRecheck(release: Release, facts: Facts): Decision {
  if (release.status !== 'awaiting-approval' && release.status !== 'ready') {
    return accept();
  }
  return rebind(release, facts);
}

/** Binds the plan that the present content and world give; approvals of another plan go stale. */
function rebind(release: Release, facts: Facts): Decision {
  const { environment } = release;
  if (environment === null) return refuse({ why: 'no-environment' });
  const planned = planFor(release, environment, facts);
  if (planned.kind === 'refused') return planned;
  if (planned.digest === release.planDigest) return accept();
  const changed: ReleaseEvent = { type: 'plan-changed', planDigest: planned.digest };
  const events: ReleaseEvent[] =
    release.status === 'ready' ? [changed, { type: 'approvals-stale' }] : [changed];
  return { kind: 'accepted', events, texts: [planned.text] };
}
