/**
 * A click binds the plan that stood when it was made. Jira tells of a click some time after it, and the
 * content may have been edited meanwhile: whoever clicked must not be taken to have seen that.
 */
import type { Refusal } from './refusal';
import type { Release } from './release';
import type { PersonAction } from './transitions';

/** A click that the validator let through, and the plan that it was judged on. */
export interface JudgedClick {
  readonly action: string;
  readonly planDigest: string;
  /** Epoch seconds. */
  readonly at: number;
}

/** A click that is told later than this is made anew: nobody remembers what it was judged on. */
const JUDGED_SECONDS = 1_800;

/** Clicks let through that are remembered. */
const JUDGED_MAX = 20;

/**
 * What a person approves, starts or has run in a database is one exact plan. The plan of the scripts is what DBAs
 * have reviewed: it names each script's database, text and way back, and the decider asks for their reviews
 * anew when the click is told. While SQL waits its content stands still, but a script may be rejected meanwhile
 * and the release come back with others: whoever clicked before has not seen those.
 */
export const bindsPlan = (action: PersonAction): boolean =>
  action === 'approve' || action === 'start' || action === 'submit-sql';

/** Remembers a click that was let through. */
export const rememberJudged = (judged: readonly JudgedClick[], click: JudgedClick): JudgedClick[] =>
  [...judged.filter(({ at }) => click.at - at <= JUDGED_SECONDS), click].slice(-JUDGED_MAX);

/**
 * Why a click does not count for the plan that is bound now; undefined when it does. Jira does not say which
 * of several clicks it tells of, so one that was judged on another plan makes all of them doubtful.
 */
export function refuseChangedPlan(
  action: PersonAction,
  judged: readonly JudgedClick[],
  release: Release,
  now: number,
): Refusal | undefined {
  if (!bindsPlan(action)) return undefined;
  const same = judged.filter(
    (click) => click.action === action && now - click.at <= JUDGED_SECONDS,
  );
  const isCertain =
    same.length > 0 && same.every(({ planDigest }) => planDigest === release.planDigest);
  return isCertain ? undefined : { why: 'changed-after-click' };
}

/** Forgets one click that counted. */
export function forgetJudged(judged: readonly JudgedClick[], action: PersonAction): JudgedClick[] {
  const first = judged.findIndex((click) => click.action === action);
  return judged.filter((_, index) => index !== first);
}

/** Forgets every click of a kind: what they were judged on is in doubt, so each is made anew. */
export const forgetDoubtful = (
  judged: readonly JudgedClick[],
  action: PersonAction,
): JudgedClick[] => judged.filter((click) => click.action !== action);
