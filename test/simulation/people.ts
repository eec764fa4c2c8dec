/** People at their issues: mostly sensible, sometimes wild, now and then an admin who drags and changes settings. */
import { hash } from 'node:crypto';
import { RETRY_OF } from '#core/open-rows';
import type { RunStage } from '#core/plan-step';
import { reviewMark, reviewOf, scriptsToRun, unreviewedScripts } from '#core/scripts';
import type { Status } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import type { PersonAction } from '#core/transitions';
import type { ReleaseRecord } from '#wire/records';
import { administer } from './admins';
import { BACKUP, BOSS, DEV, drawPackage, EDITORS, LEAD, PEOPLE } from './cast';
import { drawContent, textsOf } from './changes';
import { TEMPLATE, statusOf } from './jira-workflow';
import type { FakeIssue } from './jira-workflow';
import { FUNCTIONS } from './functions';
import { createLife } from './scheduler';
import { isDivided, isInDoubt } from './shares';
import type { Town } from './town';

/** A person acts, thinks for a while, and acts again, until the town goes quiet. */
export async function livePerson(town: Town, name: string, isOver: () => boolean): Promise<void> {
  const { sim } = town;
  const life = createLife(name);
  while (!isOver()) {
    await sim.scheduler.wait(life, sim.chance.between(200, 3_500), 'thinks');
    if (isOver()) return;
    const issue = sim.chance.pick([...town.jira.issues.values()]);
    await actOnce(town, issue);
  }
}

async function actOnce(town: Town, issue: FakeIssue): Promise<void> {
  const { sim } = town;
  if (await administer(town, issue)) return;
  if (sim.strikes('content-edited')) return edit(town, issue, sim.chance.pick(EDITORS));
  if (sim.strikes('wild-click')) return clickWildly(town, issue);
  if (sim.chance.happens(0.15)) {
    await FUNCTIONS.show(town.functions, issue.id, LEAD);
    return;
  }
  return actSensibly(town, issue);
}

async function actSensibly(town: Town, issue: FakeIssue): Promise<void> {
  const { chance } = town.sim;
  const record = town.store.peek('release', issue.id);
  const status = statusOf(issue);
  if (record !== undefined && record.state.question !== null) return answer(town, record);
  if (record?.state.content === null) return edit(town, issue, DEV);
  if (status === undefined) return;
  if (record && (await review(town, record))) return;
  const [person, action] = nextClick(status, record, chance.next());
  if (action !== undefined) return click(town, issue, person, action, false);
  if (record?.state.run && chance.happens(0.2)) return answer(town, record);
  if (chance.happens(0.2)) await FUNCTIONS.show(town.functions, issue.id, DEV);
}

/** Who would click what next; nothing while the machine works. */
function nextClick(
  status: Status,
  record: ReleaseRecord | undefined,
  roll: number,
): readonly [string, PersonAction | undefined] {
  switch (status) {
    case 'draft':
      return [DEV, 'submit'];
    case 'awaiting-approval':
      if (roll < 0.1) return [LEAD, 'reject'];
      return [roll < 0.4 ? LEAD : roll < 0.7 ? BOSS : BACKUP, 'approve'];
    case 'ready':
      return [LEAD, 'start'];
    case 'fix-pending':
      return afterFailure(record?.state.failure?.stage ?? 'CODE', roll);
    case 'deployed':
      if (roll < 0.15) return [LEAD, 'roll-back'];
      if (roll < 0.35) return [DEV, 'iterate'];
      return [LEAD, roll < 0.75 ? 'promote' : 'complete'];
    case 'released':
      return [LEAD, roll < 0.1 ? 'roll-back' : undefined];
    case 'rolled-back':
      return [DEV, roll < 0.4 ? 'iterate' : undefined];
    case 'sql-pending':
      return roll < 0.05 ? [LEAD, 'abort'] : [LEAD, 'submit-sql'];
    case 'config-executing':
      if (record?.state.handworkLeft !== true) return [LEAD, undefined];
      return [LEAD, roll < 0.1 ? 'report-config-failed' : 'confirm-config'];
    case 'sql-executing':
    case 'code-executing':
    case 'grayscale':
    case 'verifying':
    case 'rolling-back':
    case 'aborted':
      return [DEV, undefined];
  }
}

/** Mostly the failed stage is tried again; sometimes the release goes back, or is given up. */
function afterFailure(stage: RunStage, roll: number): readonly [string, PersonAction] {
  if (roll < 0.07) return [LEAD, 'abort'];
  if (roll < 0.2) return [DEV, 'iterate'];
  return [LEAD, roll < 0.45 && stage !== 'ROLLBACK' ? 'roll-back' : RETRY_OF[stage]];
}

/** The person's transition in Jira, and what Jira tells the app about it. */
async function click(
  { sim, jira, events }: Town,
  issue: FakeIssue,
  accountId: string,
  action: PersonAction,
  pastConditions: boolean,
): Promise<void> {
  const row = TEMPLATE.transitions.find((candidate) => candidate.action === action);
  if (!row) throw new Error(`The workflow has no transition ${action}.`);
  const reason = row.reason && sim.chance.happens(0.95) ? 'because' : null;
  const clicker = { accountId, isApp: false, reason, pastConditions };
  const moved = await jira.transition(issue, row, clicker);
  sim.trace.note(`${accountId} ${action} ${issue.key}: ${moved.kind}`);
  if (moved.kind === 'refused') return;
  sim.count('click that Jira let through');
  events.clicked(issue, row, moved.change, { accountId, reason });
  if (moved.change.from !== moved.change.to) events.changed(issue, 'updated');
}

async function clickWildly(town: Town, issue: FakeIssue): Promise<void> {
  const { chance } = town.sim;
  const status = statusOf(issue);
  const rows = PERSON_TRANSITIONS.filter(({ from }) => status && from.includes(status));
  if (rows.length === 0) return;
  const { action } = chance.pick(rows);
  await click(town, issue, chance.pick(PEOPLE), action, chance.happens(0.5));
}

async function edit(town: Town, issue: FakeIssue, accountId: string): Promise<void> {
  const { chance } = town.sim;
  const sites = town.store.all('site').map(({ site }) => site.id);
  // Where sites belong to groups, most know that a release is of one.
  const isOne = isDivided(town.sim) && chance.happens(0.8);
  const named = isOne ? [chance.pick(sites)] : sites.filter(() => chance.happens(0.7));
  const drawn = named.length === 0 ? sites.slice(0, 1) : named;
  const content = drawContent(town.sim, drawn, drawPackage(chance));
  for (const piece of textsOf(content)) {
    const text = { sha256: hash('sha256', piece), index: 0, count: 1, piece };
    await FUNCTIONS.putText(town.functions, { issueId: issue.id, accountId, ...text });
  }
  await FUNCTIONS.edit(town.functions, { issueId: issue.id, accountId, content });
}

/** The DBA reads what is new, and now and then what was rejected once more. */
async function review(town: Town, record: ReleaseRecord): Promise<boolean> {
  const { chance } = town.sim;
  const { state } = record;
  if (state.status !== 'sql-pending' && state.status !== 'fix-pending') return false;
  const rejected = scriptsToRun(state).filter(
    (script) => reviewOf(state, script)?.verdict === 'rejected',
  );
  const [script] = [...unreviewedScripts(state), ...rejected];
  if (!script || chance.happens(0.2)) return false;
  const isApproved = chance.happens(0.9);
  await FUNCTIONS.review(town.functions, {
    issueId: state.issueId,
    accountId: chance.happens(0.9) ? BACKUP : chance.pick(PEOPLE),
    script: script.id,
    mark: reviewMark(script),
    verdict: isApproved ? 'approved' : 'rejected',
    reason: isApproved ? '' : 'because',
  });
  return true;
}

/** A question about verification is answered by looking; about code by guessing, because verification follows. */
async function answer(town: Town, record: ReleaseRecord): Promise<void> {
  const { chance } = town.sim;
  const { issueId, run, question } = record.state;
  const isSure = isInDoubt(town.sim) && run?.stage === 'SQL' && chance.happens(0.7);
  const guess = isSure ? 'done' : chance.pick(['done', 'not-done', 'retry'] as const);
  const wrong = run?.stage === 'VERIFY' && guess === 'done' && !town.isServed(record);
  const person = chance.happens(0.9) ? LEAD : chance.pick(PEOPLE);
  await FUNCTIONS.answer(town.functions, {
    issueId,
    accountId: person,
    answer: wrong ? 'not-done' : guess,
    about: { job: run?.job ?? '', isAsked: question !== null },
  });
}
