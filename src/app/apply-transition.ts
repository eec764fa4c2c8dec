/** A click has moved the issue: turn it into a command, or put the issue back and say why. */
import type { ClickCommand } from '#core/command';
import { forgetJudged, refuseChangedPlan } from '#core/judged-plan';
import { environmentOf } from '#core/policy';
import type { Person } from '#core/facts';
import { sentencesOf } from '#core/refusal';
import type { Refusal } from '#core/refusal';
import type { ReleaseEvent } from '#core/release-event';
import { statusName } from '#core/status';
import type { Status } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import type { PersonTransition } from '#core/transitions';
import type { ReleaseRecord } from '#wire/records';
import { askForEffects, commit } from './commit';
import { isOnItsWay } from './effects';
import { ensureRelease } from './ensure-release';
import { ATTEMPTS_MAX, TooMuchContention } from './errors';
import type { Issue, Ports } from './ports';
import { runCommand } from './run-command';
import type { CommandResult } from './run-command';
import { loadSettings, loadWorld } from './world';
import type { World } from './world';

/** Events of Jira are told within seconds, mostly. */
const LOOK_AGAIN_SECONDS = 15;

export interface Click {
  readonly issueId: string;
  readonly action: string;
  /** Null where Jira does not say who: then the click is put back. */
  readonly accountId: string | null;
  /** Shared by the post-function's event and Jira's changelog, so that a late event is known again. */
  readonly changelogId: string | null;
  readonly executionId: string | null;
  readonly reason: string | null;
}

/** Does the click once, however often and late it is told. */
export async function applyTransition(ports: Ports, click: Click): Promise<void> {
  const row = PERSON_TRANSITIONS.find((candidate) => candidate.action === click.action);
  if (!row) throw new Error(`A click on ${click.action} was told, which is no person's action.`);
  const issue = await ports.jira.issue(click.issueId);
  const known = issue ? await ensureRelease(ports, issue) : undefined;
  if (!issue || !known) return;
  if (wasHandled(known, click)) return askAgain(ports, known);
  if (click.accountId === null) return undo(ports, row, click, unknownPerson(row, known));

  const person = await loadPerson(ports, known, row, click.accountId);
  const result = await attempt(ports, row, click, person, known);
  if (result.kind === 'refused') return undo(ports, row, click, result.refusals);
  if (result.world && statusIn(result.world, issue) !== row.to) await lookAgain(ports, issue.id);
}

/** A click that is told again may be one whose writer died before it asked for the effects. */
async function askAgain(ports: Ports, { state, jira }: ReleaseRecord): Promise<void> {
  if (jira.effects.length > 0) await askForEffects(ports, state.issueId);
}

function attempt(
  ports: Ports,
  row: PersonTransition,
  click: Click,
  person: Person,
  known: ReleaseRecord,
): Promise<CommandResult> {
  const command: ClickCommand = { type: 'click', action: row.action, person, reason: click.reason };
  return runCommand(
    ports,
    click.issueId,
    async (record) => {
      if (wasHandled(record, click)) return 'stop';
      const objection = refuseChangedPlan(
        row.action,
        record.judged,
        record.state,
        ports.clock.now(),
      );
      const judged = forgetJudged(record.judged, row.action, ports.clock.now());
      return { command, objection, shown: row.to, clicks: clickIds(click), judged };
    },
    known,
  );
}

const statusIn = ({ settings }: World, issue: Issue): Status | undefined =>
  settings.workflow?.statuses[issue.statusId];

/** A click that is told late may find the issue somewhere else: it is compared once all that is under way has arrived. */
async function lookAgain(ports: Ports, issueId: string): Promise<void> {
  try {
    await ports.queue.push({ type: 'reconcile', issueId }, LOOK_AGAIN_SECONDS);
  } catch (error) {
    ports.log.warn('The queue took no task; the next look at the issue compares it.', {
      issueId,
      error: String(error),
    });
  }
}

/** Puts the issue back where the store says, unless Jira agrees with the store by now. */
async function undo(
  ports: Ports,
  row: PersonTransition,
  click: Click,
  refusals: readonly Refusal[],
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const record = await ports.store.get('release', click.issueId);
    const issue = await ports.jira.issue(click.issueId);
    if (!record || !issue || wasHandled(record, click)) return;
    const { workflow } = await loadSettings(ports.store, record.project);
    const stands = workflow?.statuses[issue.statusId];
    const agrees = stands === record.state.status || isOnItsWay(record.jira, stands);
    const misplaced = row.from.includes(row.to) || !agrees;

    const undone: ReleaseEvent = {
      type: 'move-undone',
      by: click.accountId,
      from: statusName(row.to),
      reason: `${row.name} was not allowed. ${sentencesOf(refusals)}`,
    };
    const result = await commit(ports, {
      record,
      world: await loadWorld(ports, record),
      events: misplaced ? [undone] : [],
      texts: [],
      clicks: clickIds(click),
      judged: forgetJudged(record.judged, row.action, ports.clock.now()),
      ...(agrees || stands === undefined ? {} : { shown: stands, repair: record.state.status }),
    });
    if (result === 'done') return;
  }
  throw new TooMuchContention(`Release ${click.issueId}`);
}

async function loadPerson(
  ports: Ports,
  record: ReleaseRecord,
  row: PersonTransition,
  accountId: string,
): Promise<Person> {
  const mayEdit =
    row.who === 'editor' &&
    (await ports.jira.mayEdit(accountId, record.state.issueId, record.project));
  const groupIds =
    asksApprover(row) && (await asksGroup(ports, record))
      ? await ports.jira.groupsOf(accountId)
      : [];
  return { accountId, groupIds, mayEdit };
}

const asksApprover = ({ who }: PersonTransition): boolean =>
  who === 'approver' || who === 'any-approver';

async function asksGroup(ports: Ports, record: ReleaseRecord): Promise<boolean> {
  const { policy } = await loadSettings(ports.store, record.project);
  const environment =
    record.state.environment === null ? undefined : environmentOf(policy, record.state.environment);
  return environment?.approvals.some((step) => step.from.kind === 'group') ?? false;
}

const unknownPerson = (row: PersonTransition, record: ReleaseRecord): readonly Refusal[] => [
  {
    why: 'person-may-not',
    wanted: row.name,
    who: row.who,
    environment: record.state.environment,
  },
];

const wasHandled = (record: ReleaseRecord, click: Click): boolean =>
  clickIds(click).some((id) => record.clicks.includes(id));

const clickIds = ({ executionId, changelogId }: Click): readonly string[] => [
  ...(executionId === null ? [] : [`execution ${executionId}`]),
  ...(changelogId === null ? [] : [`changelog ${changelogId}`]),
];
