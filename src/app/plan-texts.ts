/** Which texts a plan names, read once by a function that stays warm. */
import { parsePlan } from '#wire/plan';
import { textsOfPlan } from './named-texts';
import type { Store } from './ports';

/** Most plans that are remembered: agents fetch the texts of one job after the other. */
const PLANS_MAX = 20;

/** A digest names one plan for ever, so what is remembered of it never grows old. */
const remembered = new WeakMap<Store, Map<string, ReadonlySet<string>>>();

/** Whether the plan of this digest names the text; a plan that is not there names nothing. */
export async function planNames(store: Store, planDigest: string, text: string): Promise<boolean> {
  const known = remembered.get(store) ?? new Map<string, ReadonlySet<string>>();
  remembered.set(store, known);
  const names = known.get(planDigest) ?? (await readNames(store, planDigest));
  if (!names) return false;
  // Behind the others: the first of the list is the one that nobody has asked about for longest.
  known.delete(planDigest);
  known.set(planDigest, names);
  for (const oldest of [...known.keys()].slice(0, -PLANS_MAX)) known.delete(oldest);
  return names.has(text);
}

async function readNames(
  store: Store,
  planDigest: string,
): Promise<ReadonlySet<string> | undefined> {
  const plan = parsePlan((await store.getText(planDigest)) ?? '');
  return plan && new Set(textsOfPlan(plan).map(({ sha256 }) => sha256));
}
