/** Which transitions the Now card offers, in their order: one that leads on, and at most two others. */
import { RETRY_OF, retriedBy } from '#core/open-rows';
import { sentenceOf } from '#core/refusal';
import { statusName } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import type { PersonAction, PersonTransition } from '#core/transitions';
import type { OfferedTransition } from './api/transitions';
import type { ReleaseShown } from './view';

const MOVES_MAX = 3;

/** From what leads on to what ends it. */
const RANKS: readonly PersonAction[] = [
  'submit',
  'approve',
  'start',
  'submit-sql',
  'confirm-config',
  'retry-sql',
  'retry-config',
  'retry-code',
  'retry-verification',
  'retry-rollback',
  'promote',
  'complete',
  'reject',
  'report-config-failed',
  'roll-back',
  'iterate',
  'abort',
];

/** These never lead on, so they are never the primary button. */
const WAYS_OUT: readonly PersonAction[] = ['reject', 'report-config-failed', 'roll-back', 'abort'];

export interface Move {
  readonly row: PersonTransition;
  readonly isPrimary: boolean;
  /** Its confirm step warns: it ends or undoes work. */
  readonly isGrave: boolean;
}

/** The person's rows that fit to the release as it stands. */
export function movesOf(view: ReleaseShown): readonly Move[] {
  const rows = PERSON_TRANSITIONS.filter((row) => row.from.includes(view.status))
    .filter((row) => fits(row.action, view))
    .sort((left, right) => RANKS.indexOf(left.action) - RANKS.indexOf(right.action))
    .slice(0, MOVES_MAX);
  return rows.map((row, index) => ({
    row,
    isPrimary: index === 0 && !WAYS_OUT.includes(row.action),
    isGrave: row.action === 'roll-back' || row.action === 'abort',
  }));
}

function fits(action: PersonAction, view: ReleaseShown): boolean {
  const failed = view.failure?.stage;
  if (retriedBy(action) !== undefined) return failed !== undefined && RETRY_OF[failed] === action;
  switch (action) {
    case 'roll-back':
      return failed !== 'ROLLBACK';
    case 'confirm-config':
    case 'report-config-failed':
      return waitsForHand(view);
    case 'promote':
      return !isLast(view);
    case 'complete':
      return isLast(view);
    default:
      return true;
  }
}

/** The agent's part is done, a person's is not. */
const waitsForHand = ({ config }: ReleaseShown): boolean =>
  config.some(({ byHand }) => byHand) &&
  config.every(({ byHand, state }) => byHand || state === 'done');

const isLast = ({ environments }: ReleaseShown): boolean => environments.at(-1)?.current ?? false;

/** What Jira says of the issue. */
interface Offer {
  readonly offered: readonly OfferedTransition[];
  /** The status that it stands in there, where that was asked. */
  readonly standing?: string | undefined;
  /** The person has content in hand that is not saved. */
  readonly isWriting?: boolean;
}

/** These bind the content as it is stored. */
const BINDING: readonly PersonAction[] = ['submit', 'approve', 'start'];

/** Why a move is shut for this person now; undefined where Jira offers it. */
export function shutBecause(
  { row }: Move,
  view: ReleaseShown,
  { offered, standing, isWriting = false }: Offer,
): string | undefined {
  if (isWriting && BINDING.includes(row.action)) {
    return `${row.name} opens when what you changed under Content is saved or discarded.`;
  }
  if (row.action === 'submit' && view.content === null) {
    return `${row.name} opens when the release has content.`;
  }
  if (row.action === 'submit-sql' && unreviewed(view).length > 0) {
    return `${row.name} opens when a DBA has approved ${unreviewed(view).join(', ')}.`;
  }
  if (offered.some(({ name }) => name === row.name)) return undefined;
  if (standing !== undefined && standing !== statusName(view.status)) {
    return sentenceOf({ why: 'still-moving', to: view.status });
  }
  return sentenceOf({
    why: 'person-may-not',
    wanted: row.name,
    who: row.who,
    environment: view.environment,
  });
}

const unreviewed = ({ scripts }: ReleaseShown): readonly string[] =>
  scripts
    .filter(
      ({ state, review }) =>
        state !== 'skipped' && state !== 'done' && review?.verdict !== 'approved',
    )
    .map(({ name }) => name);
