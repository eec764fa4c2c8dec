/** One Jira effect: written so that doing it again changes nothing. */
import type { Status } from '#core/status';
import { MACHINE_TRANSITIONS } from '#core/transitions';
import type { Effect, ReleaseRecord } from '#wire/records';
import { withEffects } from './effects';
import type { Ports } from './ports';
import { gateMark, gateOf } from './refresh-gate';
import { loadSettings, loadWorld } from './world';

type JiraSide = ReleaseRecord['jira'];

/** What the effect changes on the Jira side of the record, as the record stands when that is written. */
export interface EffectDone {
  readonly kind: 'done';
  readonly jira: (record: ReleaseRecord) => JiraSide;
}

export type EffectOutcome =
  | EffectDone
  /** Jira was not ready; nothing is lost. */
  | { readonly kind: 'later' };

/** Performs the effect; whatever Jira throws means later, unless the issue is no more. */
export async function performEffect(
  ports: Ports,
  record: ReleaseRecord,
  effect: Effect,
): Promise<EffectOutcome> {
  try {
    return await perform(ports, record, effect);
  } catch (error) {
    if (await isDeleted(ports, record.state.issueId)) return nothingToShow;
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
    case 'gate':
      return gateWritten(await writeGate(ports, record));
    case 'move':
      return moveIssue(ports, record, effect.action, effect.to);
    case 'repair':
      return moveIssue(ports, record, `repair-${effect.to}`, effect.to);
    case 'comment':
      await ports.jira.comment(issueId, `${issueId}.${String(effect.serial)}`, effect);
      return done(({ jira }) => jira);
    case 'deployment':
      for (const deployment of effect.deployments) {
        await ports.store.create(
          'deployment',
          `${issueId}.${String(effect.serial)}.${deployment.site}`,
          deployment,
        );
      }
      return done(({ jira }) => jira);
  }
}

type GateMark = NonNullable<JiraSide['gate']>;

async function writeGate(ports: Ports, record: ReleaseRecord): Promise<GateMark> {
  const { issueId, environment } = record.state;
  const value = gateOf(record, await loadWorld(ports, record));
  await ports.jira.writeGate(issueId, value, environment);
  return gateMark(ports, record, value);
}

const gateWritten = (gate: GateMark): EffectOutcome => done(({ jira }) => ({ ...jira, gate }));

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
  if (result.kind === 'moved') return done(({ jira }) => ({ ...jira, shown: to }));

  const issue = await ports.jira.issue(issueId);
  if (!issue) return nothingToShow;
  const stands = workflow.statuses[issue.statusId];
  if (stands === to) return done(({ jira }) => ({ ...jira, shown: to }));
  if (leadsFrom(action, stands)) {
    ports.log.warn('Jira refused a move that is due; it is tried again.', {
      issueId,
      action,
      words: result.words,
    });
    // Jira's condition reads the gate field: it may have been emptied since it was written.
    await writeGate(ports, record);
    return { kind: 'later' };
  }
  return done(straightHome);
}

/** Whether the transition is one that Jira could make from there; a repair is from anywhere. */
const leadsFrom = (action: string, stands: Status | undefined): boolean =>
  action.startsWith('repair-') ||
  MACHINE_TRANSITIONS.some(
    (row) => row.action === action && stands !== undefined && row.from.includes(stands),
  );

/** Somebody moved the issue away in the middle: the moves are replaced by one repair to where the store stands. */
const straightHome = ({ jira, state, updatedAt, history }: ReleaseRecord): JiraSide =>
  withEffects(jira, state, [], { repair: state.status, now: updatedAt, history });

const done = (jira: EffectDone['jira']): EffectOutcome => ({ kind: 'done', jira });

/** A deleted issue has nothing left to show; its history stays. */
const nothingToShow = done(({ jira }) => ({
  ...jira,
  effects: jira.effects.filter(({ kind }) => kind === 'deployment'),
}));

/** In doubt the issue exists. */
async function isDeleted({ jira }: Ports, issueId: string): Promise<boolean> {
  try {
    return (await jira.issue(issueId)) === undefined;
  } catch {
    return false;
  }
}
