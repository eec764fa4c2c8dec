/** May this issue make this move? Asked by Jira's validator, before the move happens. */
import { decide } from '#core/decide';
import { bindsPlan, refuseBesideEarlier, rememberJudged } from '#core/judged-plan';
import { sentenceOf, sentencesOf } from '#core/refusal';
import type { Refusal } from '#core/refusal';
import type { Status } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import type { PersonTransition } from '#core/transitions';
import type { ReleaseRecord } from '#wire/records';
import { dueMoves } from './effects';
import { ensureRelease } from './ensure-release';
import { ATTEMPTS_MAX } from './errors';
import { changeInbox } from './offer-job';
import type { Ports, Task } from './ports';
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
  if (!row) return checkOwnMove(record, question.action);
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const known = attempt === 1 ? record : await ports.store.get('release', record.state.issueId);
    const answer = known ? await checkClick(ports, known, row, question.reason) : 'conflict';
    if (answer !== 'conflict') return answer;
  }
  return refuse(sentenceOf({ why: 'contended' }));
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
): Promise<TransitionAnswer | 'conflict'> {
  const moving = dueMoves(record.jira).at(-1);
  if (moving) return refuse(sentenceOf({ why: 'still-moving', to: moving.to }));

  const world = await loadWorld(ports, record);
  const command = { type: 'click', action: row.action, person: null, reason } as const;
  const decision = decide(record.state, command, world.facts);
  if (decision.kind === 'accepted') {
    const earlier = refuseBesideEarlier(row, record.judged, record.state, ports.clock.now());
    if (earlier) return refuse(sentenceOf(earlier));
    if ((await bindClick(ports, record, row)) === 'conflict') return 'conflict';
    if (startsWork(row)) await announceStart(ports, world);
    return { allowed: true };
  }
  await askForHealing(ports, record.state.issueId, world, decision.refusals);
  return refuse(sentencesOf(decision.refusals));
}

/** Writes down on which plan the click was let through: Jira tells of it later, and the plan may change meanwhile. */
async function bindClick(
  { store, clock }: Ports,
  record: ReleaseRecord,
  row: PersonTransition,
): Promise<'done' | 'conflict'> {
  const { planDigest, issueId } = record.state;
  if (!bindsPlan(row.action) || planDigest === null) return 'done';
  const judged = rememberJudged(record.judged, { action: row.action, planDigest, at: clock.now() });
  const bound: ReleaseRecord = { ...record, version: record.version + 1, judged };
  return store.transact([
    { type: 'set', entity: 'release', key: issueId, record: bound, expect: record.version },
  ]);
}

/** Where a job waits for an agent, at once or by rule. */
const WORKING: readonly Status[] = [
  'sql-pending',
  'sql-executing',
  'config-executing',
  'code-executing',
  'verifying',
  'rolling-back',
];

const startsWork = ({ to }: PersonTransition): boolean => WORKING.includes(to);

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

/** What stands in the way may be gone by itself: a plan to bind anew, a holder whose issue was deleted. */
async function askForHealing(
  { queue, log }: Ports,
  issueId: string,
  { scopes }: World,
  refusals: readonly Refusal[],
): Promise<void> {
  const holders = [...scopes.values()].flatMap(({ holder }) => (holder === null ? [] : [holder]));
  const tasks: Task[] = [
    ...(refusals.some(({ why }) => why === 'plan-changed')
      ? [{ type: 'recheck' as const, issueId }]
      : []),
    ...(refusals.some(({ why }) => why === 'site-busy' || why === 'shared-busy')
      ? holders.map((holder) => ({ type: 'reconcile' as const, issueId: holder }))
      : []),
  ];
  try {
    for (const task of tasks) await queue.push(task);
  } catch (error) {
    // The person reads what is wrong even when the queue is down; the next click asks again.
    log.warn('What stands in the way could not be looked at.', { issueId, error: String(error) });
  }
}

const refuse = (sentence: string): TransitionAnswer => ({ allowed: false, sentence });
