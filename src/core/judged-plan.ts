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
  /** Jira has told of one click more; which of those that are remembered it was is not known. */
  readonly told?: boolean | undefined;
}

/** A click that is told later than this is made anew: nobody remembers what it was judged on. */
const JUDGED_SECONDS = 900;

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
  [...stillRemembered(judged, click.at), click].slice(-JUDGED_MAX);

/**
 * Why a click must not be let through yet; undefined when it may. One that was judged on another plan is still to be
 * told of, or Jira let it fall: it could be told instead of this one.
 */
export function refuseBesideEarlier(
  row: { readonly action: PersonAction; readonly name: string },
  judged: readonly JudgedClick[],
  release: Release,
  now: number,
): Refusal | undefined {
  if (!bindsPlan(row.action)) return undefined;
  const earlier = stillRemembered(judged, now).filter(
    ({ action, planDigest }) => action === row.action && planDigest !== release.planDigest,
  );
  const last = Math.max(...earlier.map(({ at }) => at));
  if (earlier.length === 0) return undefined;
  const minutes = Math.ceil((last + JUDGED_SECONDS - now) / 60);
  return { why: 'earlier-click-open', wanted: row.name, minutes };
}

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
  const same = stillRemembered(judged, now).filter((click) => click.action === action);
  const isCertain =
    same.length > 0 && same.every(({ planDigest }) => planDigest === release.planDigest);
  return isCertain ? undefined : { why: 'changed-after-click' };
}

/**
 * Forgets the click that was told. Where they were judged on several plans it is not known which one that was: they are
 * forgotten together once Jira has told of as many.
 */
export function forgetJudged(
  judged: readonly JudgedClick[],
  action: PersonAction,
  now: number,
): JudgedClick[] {
  const remembered = stillRemembered(judged, now);
  const same = remembered.filter((click) => click.action === action);
  const others = remembered.filter((click) => click.action !== action);
  const plans = new Set(same.map(({ planDigest }) => planDigest));
  if (plans.size <= 1) return [...others, ...same.slice(1)];
  const told = toldOf(same) + 1;
  return told >= same.length ? others : [...others, ...withTold(same, told)];
}

/**
 * Those that may still be told of. One that grows too old may be the one that was told, so with each that is
 * dropped there is one less to count.
 */
function stillRemembered(judged: readonly JudgedClick[], now: number): JudgedClick[] {
  const actions = new Set(judged.map(({ action }) => action));
  return [...actions].flatMap((action) => {
    const same = judged.filter((click) => click.action === action);
    const young = same.filter(({ at }) => now - at < JUDGED_SECONDS);
    return withTold(young, toldOf(same) - (same.length - young.length));
  });
}

const toldOf = (clicks: readonly JudgedClick[]): number =>
  clicks.filter(({ told }) => told === true).length;

const withTold = (clicks: readonly JudgedClick[], count: number): JudgedClick[] =>
  clicks.map(({ action, planDigest, at }, index) =>
    index < count ? { action, planDigest, at, told: true } : { action, planDigest, at },
  );
