/** From events to what Jira must show, as a list in order. */
import type { HistoryHead } from '#core/audit-chain';
import { deploymentsOf } from '#core/deployments';
import { commentOf, moveOf } from '#core/jira-moves';
import type { Comment } from '#core/jira-moves';
import { evolve } from '#core/evolve';
import type { Release } from '#core/release';
import type { ReleaseEvent } from '#core/release-event';
import type { Status } from '#core/status';
import type { Effect, ReleaseRecord } from '#wire/records';
import { siteKey } from './site-key';

type JiraSide = ReleaseRecord['jira'];

interface Circumstances {
  readonly repair: Status | null;
  readonly now: number;
  /** As it is with the events. */
  readonly history: HistoryHead;
}

/**
 * The Jira side after events: the gate is written first, so that Jira's conditions let the moves pass.
 * A repair leads straight to where the store stands, so the moves on the way there are dropped; one that
 * is still to be done leads there instead of where the store stood.
 */
export function withEffects(
  jira: JiraSide,
  before: Release,
  events: readonly ReleaseEvent[],
  { repair, now, history }: Circumstances,
): JiraSide {
  let serial = jira.nextSerial;
  const next = (): number => serial++;
  const isRepaired = repair !== null || jira.effects.some((effect) => effect.kind === 'repair');
  const home = repair ?? events.reduce(evolve, before).status;
  const open = isRepaired
    ? jira.effects.filter(({ kind }) => kind === 'comment' || kind === 'deployment')
    : jira.effects;
  const effects: Effect[] = [{ kind: 'gate', serial: next() }];
  if (isRepaired) effects.push({ kind: 'repair', serial: next(), to: home });
  let release = before;
  for (const event of events) {
    release = evolve(release, event);
    const move = isRepaired ? undefined : moveOf(event);
    if (move) effects.push({ kind: 'move', serial: next(), action: move.action, to: move.to });
    const comment = commentOf(event, release);
    if (comment) effects.push({ kind: 'comment', serial: next(), ...witnessing(comment, history) });
    const deployments = deploymentsOf(event, release, now).map((deployment) => ({
      ...deployment,
      version: 1,
      site: siteKey(release.project, deployment.site),
    }));
    if (deployments.length > 0) effects.push({ kind: 'deployment', serial: next(), deployments });
  }
  return { ...jira, effects: [...open, ...effects], nextSerial: serial };
}

/**
 * The comment that closes an attempt well tells how long the history is and its last hash: a witness in Jira, outside
 * of the app's own store.
 */
const witnessing = (comment: Comment, { events, head }: HistoryHead): Comment =>
  comment.tone === 'success'
    ? { ...comment, text: `${ended(comment.text)} Audit: ${String(events)} entries, head ${head}.` }
    : comment;

const ended = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** Jira stands at the last known status, or at one that a pending move of ours leads to. */
export const isOnItsWay = (jira: JiraSide, stands: Status | undefined): boolean =>
  jira.effects.some((effect) => effect.kind === 'repair') ||
  (jira.effects.some((effect) => effect.kind === 'move') &&
    (stands === jira.shown ||
      jira.effects.some((effect) => effect.kind === 'move' && effect.to === stands)));

/** The app's own moves that Jira has still to show, in order. */
export const dueMoves = (
  jira: JiraSide,
): readonly { readonly action: string; readonly to: Status }[] =>
  jira.effects.flatMap((effect) => {
    if (effect.kind === 'move') return [{ action: effect.action, to: effect.to }];
    return effect.kind === 'repair' ? [{ action: `repair-${effect.to}`, to: effect.to }] : [];
  });
