/** May this issue make this move? Asked by Jira's validator, before the move happens. */
import { decide } from '#core/decide';
import { sentenceOf, sentencesOf } from '#core/refusal';
import { PERSON_TRANSITIONS, transitionOf } from '#core/transitions';
import type { PersonTransition } from '#core/transitions';
import type { ReleaseRecord } from '#wire/records';
import { dueMoves } from './effects';
import { ensureRelease } from './ensure-release';
import { changeInbox } from './offer-job';
import type { Ports } from './ports';
import { loadWorld } from './world';
import type { World } from './world';

export interface TransitionQuestion {
  readonly issueKey: string;
  /** From the rule's configuration, which the installer wrote. */
  readonly action: string;
  readonly reason: string | null;
}

export type TransitionAnswer =
  { readonly allowed: true } | { readonly allowed: false; readonly sentence: string };

/** For how long agents come at once after a start was let through: post-functions run within seconds. */
const IMMINENT_SECONDS = 10;

/** Judges the facts only: Jira's validator does not say who clicks. */
export async function checkTransition(
  ports: Ports,
  question: TransitionQuestion,
): Promise<TransitionAnswer> {
  const issue = await ports.jira.issue(question.issueKey);
  const record = issue ? await ensureRelease(ports, issue) : undefined;
  if (!record) return refuse(sentenceOf({ why: 'not-a-release' }));

  const row = PERSON_TRANSITIONS.find((candidate) => candidate.action === question.action);
  return row
    ? checkClick(ports, record, row, question.reason)
    : checkOwnMove(record, question.action);
}

/** The app's own move passes exactly if it is the next one that the store has recorded and Jira does not show yet. */
function checkOwnMove(record: ReleaseRecord, action: string): TransitionAnswer {
  const due = dueMoves(record.jira)[0];
  if (due?.action === action) return { allowed: true };
  return refuse('This transition is Interlock’s own, and it is not due.');
}

async function checkClick(
  ports: Ports,
  record: ReleaseRecord,
  row: PersonTransition,
  reason: string | null,
): Promise<TransitionAnswer> {
  const moving = dueMoves(record.jira).at(-1);
  if (moving) return refuse(sentenceOf({ why: 'still-moving', to: moving.to }));

  const world = await loadWorld(ports, record);
  const command = { type: 'click', action: row.action, person: null, reason } as const;
  const decision = decide(record.state, command, world.facts);
  if (decision.kind === 'accepted') {
    if (startsWork(row)) await announceStart(ports, world);
    return { allowed: true };
  }
  if (decision.refusals.some((refusal) => refusal.why === 'plan-changed')) {
    await askForRecheck(ports, record.state.issueId);
  }
  return refuse(sentencesOf(decision.refusals));
}

const startsWork = (row: PersonTransition): boolean =>
  ['code-executing', 'sql-pending', 'verifying'].includes(transitionOf(row.action).to);

/** Tells the agents to come again at once. A hint only: when it is lost, the start is a poll later. */
async function announceStart(ports: Ports, { inboxes }: World): Promise<void> {
  const imminentUntil = ports.clock.now() + IMMINENT_SECONDS;
  try {
    const changes = [...inboxes].map(([agentId, inbox]) =>
      changeInbox(agentId, inbox, { imminentUntil }),
    );
    await ports.store.transact(changes);
  } catch (error) {
    ports.log.warn('No agent could be told that a start is near.', { error: String(error) });
  }
}

/** The person reads what is wrong even when the queue is down; the next click asks again. */
async function askForRecheck({ queue, log }: Ports, issueId: string): Promise<void> {
  try {
    await queue.push({ type: 'recheck', issueId });
  } catch (error) {
    log.warn('A plan could not be asked to be bound anew.', { issueId, error: String(error) });
  }
}

const refuse = (sentence: string): TransitionAnswer => ({ allowed: false, sentence });
