/** What an event means for the issue in Jira: the machine transition that shows it, and the comment. */
import { centreOnlyText } from './centre-only';
import { contentText, namespaceText } from './content';
import type { Release } from './release';
import type { ReleaseEvent } from './release-event';
import { hasTouchedDatabases } from './scripts';
import type { Status } from './status';
import type { MachineAction } from './transitions';

export interface Move {
  readonly action: MachineAction;
  readonly to: Status;
}

/** The transition that the app performs after the event; undefined where a person's click has moved the issue already, or nothing moves. */
export function moveOf(event: ReleaseEvent): Move | undefined {
  switch (event.type) {
    case 'approvals-met':
      return { action: 'approved', to: 'ready' };
    case 'approvals-stale':
      return { action: 'content-changed', to: 'awaiting-approval' };
    case 'script-rejected':
      return { action: 'script-rejected', to: 'fix-pending' };
    case 'no-sql':
      return { action: 'no-sql', to: 'config-executing' };
    case 'sql-succeeded':
      return { action: 'sql-succeeded', to: 'config-executing' };
    case 'sql-failed':
      return { action: 'sql-failed', to: 'fix-pending' };
    case 'no-config':
      return { action: 'no-config', to: 'code-executing' };
    case 'config-applied':
      return { action: 'config-applied', to: 'code-executing' };
    case 'config-failed':
      return { action: 'config-failed', to: 'fix-pending' };
    case 'no-code':
      return { action: 'no-code', to: 'verifying' };
    case 'code-succeeded':
      return { action: 'code-succeeded', to: 'verifying' };
    case 'code-failed':
      return { action: 'code-failed', to: 'fix-pending' };
    case 'verified':
      return { action: 'verified', to: 'deployed' };
    case 'not-verified':
      return { action: 'not-verified', to: 'fix-pending' };
    case 'rolled-back':
      return { action: 'rolled-back', to: 'rolled-back' };
    case 'rollback-failed':
      return { action: 'rollback-failed', to: 'fix-pending' };
    case 'created':
    case 'content-edited':
    case 'submitted':
    case 'plan-changed':
    case 'approved':
    case 'rejected':
    case 'script-reviewed':
    case 'started':
    case 'sql-submitted':
    case 'handwork-left':
    case 'config-confirmed':
    case 'config-reported-failed':
    case 'stage-offered':
    case 'job-claimed':
    case 'outcome-unknown':
    case 'answered':
    case 'retried':
    case 'rollback-started':
    case 'promoted':
    case 'completed':
    case 'iterated':
    case 'aborted':
    case 'issue-gone':
    case 'move-undone':
      return undefined;
  }
}

export interface Comment {
  readonly tone: 'failure' | 'success' | 'notice';
  /** Shown in bold; a failure's label is red and names its class. */
  readonly label: string;
  readonly text: string;
}

/** The one comment that an event leaves on the issue; most events leave none. */
export function commentOf(event: ReleaseEvent, after: Release): Comment | undefined {
  const place = after.environment ?? '';
  switch (event.type) {
    case 'sql-failed':
    case 'config-failed':
    case 'code-failed':
    case 'not-verified':
    case 'rollback-failed':
      return {
        tone: 'failure',
        label: `FAILED in ${place} (${event.failure.class})`,
        text: event.failure.sentence,
      };
    case 'verified':
      return { tone: 'success', label: `Deployed in ${place}`, text: versionsText(after) };
    case 'rolled-back':
      return {
        tone: 'success',
        label: `Rolled back in ${place}`,
        text: rolledBackText(after),
      };
    case 'script-rejected':
      return { tone: 'notice', label: `Script ${event.script} rejected`, text: event.reason };
    case 'config-reported-failed':
      return { tone: 'failure', label: `FAILED in ${place} (config)`, text: event.reason };
    case 'outcome-unknown':
      return { tone: 'notice', label: `Outcome unknown in ${place}`, text: event.question };
    case 'rejected':
      return { tone: 'notice', label: 'Rejected', text: event.reason };
    case 'move-undone':
      return { tone: 'notice', label: 'Interlock put this issue back', text: event.reason };
    case 'created':
    case 'content-edited':
    case 'submitted':
    case 'plan-changed':
    case 'approved':
    case 'approvals-met':
    case 'approvals-stale':
    case 'script-reviewed':
    case 'started':
    case 'no-sql':
    case 'sql-submitted':
    case 'sql-succeeded':
    case 'no-config':
    case 'handwork-left':
    case 'config-applied':
    case 'config-confirmed':
    case 'no-code':
    case 'stage-offered':
    case 'job-claimed':
    case 'answered':
    case 'code-succeeded':
    case 'retried':
    case 'rollback-started':
    case 'promoted':
    case 'completed':
    case 'iterated':
    case 'aborted':
    case 'issue-gone':
      return undefined;
  }
}

/** What is back, and what a person still has to put back. */
export function rolledBackText(release: Release): string {
  const byHand = (release.content?.config ?? [])
    .filter((change) => change.byHand)
    .map(namespaceText);
  const kept = hasTouchedDatabases(release) ? '; what SQL has changed is kept' : '';
  const back = `Every host serves what it served before${kept}.`;
  return byHand.length === 0
    ? back
    : `${back} Put back by hand what was applied by hand: ${byHand.join(', ')}.`;
}

function versionsText({ content }: Release): string {
  if (!content) return '';
  const left = centreOnlyText(content);
  return left === '' ? contentText(content) : `${contentText(content)}. ${left}`;
}
