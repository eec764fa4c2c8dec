/** Random walks of a release: what people, agents and the world may do to it, as data that a failing test can print. */
import fc from 'fast-check';
import type { Command, StageOutcome } from '#core/command';
import { decide } from '#core/decide';
import type { Facts } from '#core/facts';
import { evolve, replay } from '#core/evolve';
import type { Release } from '#core/release';
import type { ReleaseEvent, UnknownAnswer } from '#core/release-event';
import type { Status } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import type { PersonAction } from '#core/transitions';
import {
  aContent,
  aPerson,
  aPolicy,
  aSite,
  BACKUP,
  CREATED,
  LEADER,
  OWNER,
  PACKAGE_DIGEST,
  REPORTER,
  someFacts,
  someHosts,
  TESTER,
} from './builders';

/** One thing that happens to a release, or to the world around it. */
export type Step =
  /** What leads on from where it stands, chosen by number. */
  | { readonly kind: 'onward'; readonly choice: number }
  | {
      readonly kind: 'click';
      readonly action: PersonAction;
      readonly by: string;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'edit';
      readonly by: string;
      readonly version: string;
      readonly mayEdit: boolean;
    }
  | { readonly kind: 'finish'; readonly end: StageOutcome['kind']; readonly isStray: boolean }
  | {
      readonly kind: 'answer';
      readonly by: string;
      readonly answer: UnknownAnswer;
      readonly abandoned: boolean;
    }
  | { readonly kind: 'recheck' }
  | {
      readonly kind: 'world';
      readonly hosts: number;
      readonly policyVersion: number;
      readonly isBusy: boolean;
      readonly silenceSeconds: number;
    };

const people = fc.constantFrom(REPORTER, LEADER, BACKUP, OWNER, TESTER, 'acc-stranger');

const anything: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('click' as const),
    action: fc.constantFrom(...PERSON_TRANSITIONS.map(({ action }) => action)),
    by: people,
    reason: fc.constantFrom(null, ' ', 'because'),
  }),
  fc.record({
    kind: fc.constant('edit' as const),
    by: people,
    version: fc.constantFrom('1.0.0', '1.0.1'),
    mayEdit: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('finish' as const),
    end: fc.constantFrom('succeeded' as const, 'failed' as const, 'unknown' as const),
    isStray: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    by: people,
    answer: fc.constantFrom('done' as const, 'not-done' as const, 'retry' as const),
    abandoned: fc.boolean(),
  }),
  fc.constant({ kind: 'recheck' as const }),
  fc.record({
    kind: fc.constant('world' as const),
    hosts: fc.integer({ min: 0, max: 3 }),
    policyVersion: fc.integer({ min: 1, max: 2 }),
    isBusy: fc.boolean(),
    silenceSeconds: fc.constantFrom(0, 0, 600),
  }),
);

const onward = fc.record({ kind: fc.constant('onward' as const), choice: fc.nat(9) });

/** Walks that mostly go on, so that they get far. */
export const walks: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof({ weight: 1, arbitrary: anything }, { weight: 4, arbitrary: onward }),
  { maxLength: 40, size: 'max' },
);

const ENDS: { readonly [Kind in StageOutcome['kind']]: Extract<StageOutcome, { kind: Kind }> } = {
  succeeded: { kind: 'succeeded' },
  failed: { kind: 'failed', failure: { class: 'health', sentence: 'web1 is silent.' } },
  unknown: { kind: 'unknown', question: 'Does web1 serve 1.0.0?' },
};

const click = (action: PersonAction, by: string): Step => ({
  kind: 'click',
  action,
  by,
  reason: 'because',
});

const end = (kind: StageOutcome['kind']): Step => ({ kind: 'finish', end: kind, isStray: false });

/** What leads on from a status, the likeliest first. */
const WAYS: Partial<Record<Status, readonly Step[]>> = {
  draft: [click('submit', REPORTER)],
  'awaiting-approval': [click('approve', LEADER), click('approve', OWNER), click('reject', LEADER)],
  ready: [click('start', LEADER), click('start', TESTER)],
  'code-executing': [end('succeeded'), end('failed'), end('unknown')],
  verifying: [end('succeeded'), end('failed')],
  deployed: [click('promote', LEADER), click('iterate', REPORTER), click('complete', LEADER)],
  'fix-pending': [
    click('retry-code', LEADER),
    click('retry-verification', LEADER),
    click('iterate', REPORTER),
  ],
};

function wayOn({ status }: Release, choice: number): Step {
  const ways = WAYS[status] ?? [];
  return ways[choice % (ways.length + 2)] ?? ways[0] ?? { kind: 'recheck' };
}

function commandOf(step: Exclude<Step, { kind: 'world' }>, release: Release): Command {
  switch (step.kind) {
    case 'onward': {
      const way = wayOn(release, step.choice);
      return way.kind === 'world' ? { type: 'recheck' } : commandOf(way, release);
    }
    case 'click':
      return { type: 'click', action: step.action, person: aPerson(step.by), reason: step.reason };
    case 'edit': {
      const { by, version, mayEdit } = step;
      const code = [{ site: 'shop', version, artifactSha256: PACKAGE_DIGEST }];
      return {
        type: 'edit-content',
        person: aPerson(by, { mayEdit }),
        content: aContent({ code }),
      };
    }
    case 'finish': {
      const run = release.run ?? { stage: 'CODE' as const, job: 'none' };
      const job = step.isStray ? '10001.1' : run.job;
      return { type: 'finish-stage', stage: run.stage, job, outcome: ENDS[step.end] };
    }
    case 'answer':
      return {
        type: 'answer',
        person: aPerson(step.by),
        answer: step.answer,
        abandoned: step.abandoned,
      };
    case 'recheck':
      return { type: 'recheck' };
  }
}

const changed = (facts: Facts, step: Extract<Step, { kind: 'world' }>): Facts => ({
  ...facts,
  now: facts.now + 60,
  sites: [aSite({ hosts: someHosts(step.hosts) })],
  policy: aPolicy({ version: step.policyVersion }),
  scopes: [{ scope: '10000:shop:SIT', holder: step.isBusy ? '99' : null, holderKey: 'REL-9' }],
  agents: facts.agents.map((agent) => ({
    ...agent,
    lastSeen: facts.now + 60 - step.silenceSeconds,
  })),
});

export interface Walked {
  readonly history: readonly ReleaseEvent[];
  readonly state: Release;
  readonly facts: Facts;
}

/** Walks; `look` sees each single event with the state before it and after it. */
export function walkAlong(
  steps: readonly Step[],
  look: (event: ReleaseEvent, before: Release, after: Release) => void = () => undefined,
): Walked {
  const edited: ReleaseEvent = { type: 'content-edited', by: REPORTER, content: aContent() };
  let history: readonly ReleaseEvent[] = [CREATED, edited];
  let state = replay(history);
  let facts = someFacts();
  for (const step of steps) {
    if (step.kind === 'world') {
      facts = changed(facts, step);
      continue;
    }
    const nextSerial = history.length + 1;
    const decision = decide(state, commandOf(step, state), { ...facts, nextSerial });
    if (decision.kind === 'refused') continue;
    for (const event of decision.events) {
      const after = evolve(state, event);
      look(event, state, after);
      state = after;
    }
    history = [...history, ...decision.events];
  }
  return { history, state, facts };
}
