/** What a DBA's word on a script becomes. */
import type { Command } from './command';
import { accept, refuse } from './decision';
import type { Decision } from './decision';
import type { Facts } from './facts';
import { refuseReview } from './permissions';
import type { Release } from './release';
import { reviewMark } from './scripts';
import type { Status } from './status';

/** One DBA's word on one script, as it stands; the release goes on, or stops, by rule. */
export function decideReview(
  release: Release,
  command: Extract<Command, { type: 'review-script' }>,
  facts: Facts,
): Decision {
  const { person, script: id, mark, verdict } = command;
  const wanted = 'Reviewing SQL';
  if (!REVIEWABLE.includes(release.status))
    return refuse({ why: 'not-in-status', wanted, status: release.status });
  const script = release.content?.sql.find((candidate) => candidate.id === id);
  if (!script || reviewMark(script) !== mark) return refuse({ why: 'script-unknown', script: id });
  const notAllowed = refuseReview(person, release, facts);
  if (notAllowed) return refuse(notAllowed);
  const reason = command.reason.trim();
  if (verdict === 'rejected' && reason === '')
    return refuse({ why: 'reason-missing', wanted: 'Rejecting a script' });
  const by = person.accountId;
  return accept({ type: 'script-reviewed', script: id, mark, by, verdict, reason });
}

/** From Awaiting approval on, so that the review does not eat the window. */
const REVIEWABLE: readonly Status[] = ['awaiting-approval', 'ready', 'sql-pending', 'fix-pending'];
