/** One Jira effect: written so that doing it again changes nothing. */
import { gateValue } from '#core/gate-field';
import type { Status } from '#core/status';
import type { Effect, ReleaseRecord } from '#wire/records';
import { dueMoves } from './effects';
import type { Ports } from './ports';
import { loadSettings, loadWorld } from './world';

type JiraSide = ReleaseRecord['jira'];

export type EffectOutcome =
  | { readonly kind: 'done'; readonly jira: (jira: JiraSide) => JiraSide }
  /** Jira was not ready; nothing is lost. */
  | { readonly kind: 'later' };

/** Performs the effect; whatever Jira throws means later. */
export async function performEffect(
  ports: Ports,
  record: ReleaseRecord,
  effect: Effect,
): Promise<EffectOutcome> {
  try {
    return await perform(ports, record, effect);
  } catch (error) {
    ports.log.warn('Jira did not take an effect; it is tried again.', {
      issueId: record.state.issueId,
      effect: effect.kind,
      error: String(error),
    });
    return { kind: 'later' };
  }
}

async function perform(
  ports: Ports,
  record: ReleaseRecord,
  effect: Effect,
): Promise<EffectOutcome> {
  const { issueId } = record.state;
  switch (effect.kind) {
    case 'gate': {
      const { facts } = await loadWorld(ports, record);
      const due = dueMoves(record.jira).map((move) => move.action);
      await ports.jira.writeGate(
        issueId,
        gateValue(record.state, due, facts),
        record.state.environment,
      );
      return done((jira) => jira);
    }
    case 'move':
      return moveIssue(ports, record, effect.action, effect.to);
    case 'repair':
      return moveIssue(ports, record, `repair-${effect.to}`, effect.to);
    case 'comment':
      await ports.jira.comment(issueId, `${issueId}.${String(effect.serial)}`, effect);
      return done((jira) => jira);
  }
}

async function moveIssue(
  ports: Ports,
  record: ReleaseRecord,
  action: string,
  to: Status,
): Promise<EffectOutcome> {
  const { issueId } = record.state;
  const { workflow } = await loadSettings(ports.store, record.project);
  const transitionId = workflow?.transitions[action];
  if (!workflow || transitionId === undefined) {
    ports.log.warn('The installed workflow lacks a transition; the workflow must be upgraded.', {
      action,
    });
    return { kind: 'later' };
  }
  const result = await ports.jira.move(issueId, transitionId);
  if (result.kind === 'moved') return done((jira) => ({ ...jira, shown: to }));

  const issue = await ports.jira.issue(issueId);
  // A deleted issue has nothing left to show.
  if (!issue) return done((jira) => ({ ...jira, effects: [] }));
  const stands = workflow.statuses[issue.statusId];
  if (stands === to) return done((jira) => ({ ...jira, shown: to }));
  if (stands === record.jira.shown || action.startsWith('repair-')) {
    ports.log.warn('Jira refused a move that is due; it is tried again.', {
      issueId,
      action,
      words: result.words,
    });
    return { kind: 'later' };
  }
  return done((jira) => straightTo(jira, record.state.status));
}

/** Somebody dragged the issue away in the middle: the moves are replaced by one repair to where the store stands. */
function straightTo(jira: JiraSide, to: Status): JiraSide {
  const comments = jira.effects.filter((effect) => effect.kind === 'comment');
  const serial = jira.nextSerial;
  return {
    ...jira,
    effects: [{ kind: 'gate', serial }, { kind: 'repair', serial: serial + 1, to }, ...comments],
    nextSerial: serial + 2,
  };
}

const done = (jira: (jira: JiraSide) => JiraSide): EffectOutcome => ({ kind: 'done', jira });
