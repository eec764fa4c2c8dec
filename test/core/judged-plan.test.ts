/** Which plan a click counts for, in every order in which Jira may tell of clicks. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  forgetJudged,
  refuseBesideEarlier,
  refuseChangedPlan,
  rememberJudged,
} from '#core/judged-plan';
import type { JudgedClick } from '#core/judged-plan';
import { aRelease } from '../support/builders';

const APPROVE = { action: 'approve', name: 'Approve' } as const;

/** People click on whatever plan stands, plans change, and Jira tells of open clicks in any order, or never. */
const HAPPENINGS = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('click' as const) }),
    fc.record({ kind: fc.constant('change' as const) }),
    fc.record({ kind: fc.constant('tell' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 600 }) }),
  ),
  { maxLength: 40 },
);

type Happening =
  | { readonly kind: 'click' | 'change' }
  | { readonly kind: 'tell'; readonly which: number }
  | { readonly kind: 'wait'; readonly seconds: number };

interface OpenClick {
  readonly plan: string;
  readonly at: number;
}

/** Plays what happens; `validates` says whether the validator looks at earlier clicks. */
function play(happenings: readonly Happening[], validates: boolean): void {
  let [now, plans, judged]: [number, number, JudgedClick[]] = [1_000_000, 1, []];
  const open: OpenClick[] = [];
  const release = () => ({ ...aRelease(), planDigest: `plan ${String(plans)}` });
  for (const happening of happenings) {
    const plan = `plan ${String(plans)}`;
    if (happening.kind === 'wait') now += happening.seconds;
    if (happening.kind === 'change') plans += 1;
    if (happening.kind === 'click') {
      if (validates && refuseBesideEarlier(APPROVE, judged, release(), now)) continue;
      judged = rememberJudged(judged, { action: 'approve', planDigest: plan, at: now });
      open.push({ plan, at: now });
    }
    if (happening.kind === 'tell') {
      const [told] = open.splice(happening.which % Math.max(1, open.length), 1);
      // Beyond a quarter of an hour the promise ends.
      if (!told || now - told.at >= 900) continue;
      const refused = refuseChangedPlan('approve', judged, release(), now);
      judged = forgetJudged(judged, 'approve', now);
      if (!refused) expect(told.plan).toBe(plan);
    }
  }
}

describe('a click', () => {
  test.each([true, false])(
    'counts for no plan but its own, in whatever order Jira tells (validator looks first: %s)',
    (validates) => {
      fc.assert(
        fc.property(HAPPENINGS, (happenings) => play(happenings, validates)),
        { numRuns: 5_000 },
      );
    },
  );

  test('counts at once when every click that was let through has been told', () => {
    const at = 1_000;
    const clicks = ['old', 'new'].map((planDigest) => ({ action: 'approve', planDigest, at }));
    const twice = forgetJudged(forgetJudged(clicks, 'approve', at), 'approve', at);
    const again = rememberJudged(twice, { action: 'approve', planDigest: 'new', at });

    const release = { ...aRelease(), planDigest: 'new' };
    expect(refuseBesideEarlier(APPROVE, twice, release, at)).toBeUndefined();
    expect(refuseChangedPlan('approve', again, release, at)).toBeUndefined();
  });

  test('waits no longer than a quarter of an hour for one that Jira let fall', () => {
    const fallen = [{ action: 'approve', planDigest: 'old', at: 1_000 }];
    const release = { ...aRelease(), planDigest: 'new' };

    expect(refuseBesideEarlier(APPROVE, fallen, release, 1_300)).toEqual({
      why: 'earlier-click-open',
      wanted: 'Approve',
      minutes: 10,
    });
    expect(refuseBesideEarlier(APPROVE, fallen, release, 1_900)).toBeUndefined();
  });
});
