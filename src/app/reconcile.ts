/** Compares Jira with the store and heals what a lost event or a dragged status left behind. */
import { personRowBetween } from '#core/open-rows';
import { statusName } from '#core/status';
import type { Status } from '#core/status';
import type { InstalledWorkflow, ReleaseRecord } from '#wire/records';
import { applyTransition } from './apply-transition';
import { askForEffects, commit } from './commit';
import { isOnItsWay } from './effects';
import { endLostRelease, isStillRelease } from './end-lost-release';
import { ensureRelease } from './ensure-release';
import type { Issue, Ports, StatusChange } from './ports';
import { loadSettings, loadWorld } from './world';

/** Effects that nobody has worked on for so long are asked for again. */
const EFFECTS_STALE_SECONDS = 15;

/** The click was made with a reason, but the changelog's entry does not have it. */
const REASON_LOST = 'The reason stands in the issue’s history: Jira did not tell Interlock of it.';

/** Never moves a host: at the most it does what a click did, or puts the issue back. */
export async function reconcile(ports: Ports, issueIdOrKey: string): Promise<void> {
  const issue = await ports.jira.issue(issueIdOrKey);
  if (!issue) return endLostRelease(ports, issueIdOrKey);
  const record = await ensureRelease(ports, issue);
  if (!record) return;
  if (!(await isStillRelease(ports, issue, record.project))) return endLostRelease(ports, issue.id);
  const { workflow } = await loadSettings(ports.store, record.project);
  if (!workflow) return;

  const stands = workflow.statuses[issue.statusId];
  if (record.jira.effects.length > 0) {
    if (stands === record.jira.shown || stands === record.state.status)
      await wakeEffects(ports, record);
  }
  if (stands === record.state.status || isOnItsWay(record.jira, stands)) return;
  await heal(ports, record, issue, workflow, stands);
}

async function wakeEffects(ports: Ports, record: ReleaseRecord): Promise<void> {
  const idle = ports.clock.now() - record.updatedAt >= EFFECTS_STALE_SECONDS;
  if (idle) await askForEffects(ports, record.state.issueId);
}

async function heal(
  ports: Ports,
  record: ReleaseRecord,
  issue: Issue,
  workflow: InstalledWorkflow,
  stands: Status | undefined,
): Promise<void> {
  const [latest] = await ports.jira.statusChanges(issue.id);
  if (latest && latest.to !== issue.statusId && (await hasMoved(ports, issue))) return;
  const row =
    latest && stands
      ? personRowBetween(statusOf(workflow, latest.from) ?? 'aborted', stands, record.state)
      : undefined;
  const isLostClick =
    row !== undefined &&
    latest !== undefined &&
    latest.author !== null &&
    row.from.includes(record.state.status);
  if (isLostClick && !record.clicks.includes(`changelog ${latest.id}`)) {
    await applyTransition(ports, {
      issueId: issue.id,
      action: row.action,
      accountId: latest.author,
      changelogId: latest.id,
      executionId: null,
      reason: row.reason === true ? reasonOf(workflow, latest) : null,
    });
    return;
  }
  await putBack(ports, record, latest, stands);
}

/** Jira writes what the transition's screen asked for into the entry of the move itself. */
const reasonOf = ({ reasonField = '' }: InstalledWorkflow, { texts }: StatusChange): string =>
  texts[reasonField] ?? REASON_LOST;

/** Between two looks somebody moved the issue on: what was read belongs to two moves, and the next look sees the last. */
async function hasMoved(ports: Ports, { id, statusId }: Issue): Promise<boolean> {
  const now = await ports.jira.issue(id);
  return now?.statusId !== statusId;
}

/** The issue was moved past our rules: shown, and put back by one repair move. */
async function putBack(
  ports: Ports,
  record: ReleaseRecord,
  latest: StatusChange | undefined,
  stands: Status | undefined,
): Promise<void> {
  const reason =
    `It was moved to ${stands ? statusName(stands) : 'a status that Interlock does not know'} past Interlock’s rules; ` +
    `the release stands in ${statusName(record.state.status)}. Use the transitions of the issue instead.`;
  await commit(ports, {
    record,
    world: await loadWorld(ports, record),
    events: [
      {
        type: 'move-undone',
        by: latest?.author ?? null,
        from: stands ? statusName(stands) : 'unknown',
        reason,
      },
    ],
    texts: [],
    repair: record.state.status,
    ...(stands ? { shown: stands } : {}),
    ...(latest ? { clicks: [`changelog ${latest.id}`] } : {}),
  });
}

const statusOf = (workflow: InstalledWorkflow, statusId: string): Status | undefined =>
  workflow.statuses[statusId];
