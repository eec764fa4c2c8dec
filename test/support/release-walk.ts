/** Random walks of a release: what people, agents and the world may do to it, as data that a failing test can print. */
import fc from 'fast-check';
import { sha256 } from '#forge/sha256';
import type { JobAttendance } from '#core/attendance';
import type { AnsweredWork, Command, StageOutcome } from '#core/command';
import { decide } from '#core/decide';
import type { Facts } from '#core/facts';
import { evolve, replay } from '#core/evolve';
import type { Release } from '#core/release';
import type { ReleaseEvent, UnknownAnswer } from '#core/release-event';
import { unreviewedScripts } from '#core/scripts';
import type { Status } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import type { PersonAction } from '#core/transitions';
import {
  aConfigChange,
  aContent,
  aPerson,
  aPolicy,
  aReview,
  aScript,
  aSite,
  BACKUP,
  CREATED,
  DBA,
  LEADER,
  OPERATOR,
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
      readonly content: keyof typeof CONTENTS;
      readonly mayEdit: boolean;
    }
  | {
      readonly kind: 'review';
      readonly by: string;
      readonly verdict: 'approved' | 'rejected';
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

const people = fc.constantFrom(
  ...[REPORTER, LEADER, BACKUP, OWNER, TESTER, DBA, OPERATOR, 'acc-stranger'],
);

const LATE = { sha256: sha256('UPDATE orders SET note = 0'), bytes: 26 };
const ELSEWHERE = aScript({ id: 'late', name: 'Late', environments: ['STAGE'], text: LATE });
const BY_HAND = aConfigChange({ id: 'flags', namespace: 'flags.json', byHand: true });
const REWRITTEN = aScript({ text: { sha256: sha256('rewritten'), bytes: 9 } });
const NEXT = [{ site: 'shop', version: '1.0.1', artifactSha256: PACKAGE_DIGEST }];

/** What a release of a walk may carry. */
const CONTENTS = {
  code: aContent(),
  'other code': aContent({ code: NEXT }),
  everything: aContent({ sql: [aScript(), ELSEWHERE], config: [aConfigChange(), BY_HAND] }),
  'everything rewritten': aContent({ sql: [REWRITTEN], config: [aConfigChange()], code: NEXT }),
  'SQL alone': aContent({ sql: [aScript()], code: [] }),
  'handwork alone': aContent({ config: [BY_HAND], code: [] }),
} as const;

const edits = fc.record({
  kind: fc.constant('edit' as const),
  by: people,
  content: fc.constantFrom(
    ...(['code', 'other code', 'everything', 'everything rewritten'] as const),
    ...(['SQL alone', 'handwork alone'] as const),
  ),
  mayEdit: fc.boolean(),
});

const anything: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('click' as const),
    action: fc.constantFrom(...PERSON_TRANSITIONS.map(({ action }) => action)),
    by: people,
    reason: fc.constantFrom(null, ' ', 'because'),
  }),
  edits,
  fc.record({
    kind: fc.constant('review' as const),
    by: people,
    verdict: fc.constantFrom('approved' as const, 'rejected' as const),
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
    hosts: fc.constantFrom(2, 2, 3, 1, 0),
    policyVersion: fc.integer({ min: 1, max: 2 }),
    isBusy: fc.constantFrom(false, false, false, true),
    silenceSeconds: fc.constantFrom(0, 0, 0, 600),
  }),
);

const onward = fc.record({ kind: fc.constant('onward' as const), choice: fc.nat(9) });

/** Walks that begin with some content and mostly go on, so that they get far. */
export const walks: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    edits,
    fc.array(fc.oneof({ weight: 1, arbitrary: anything }, { weight: 6, arbitrary: onward }), {
      maxLength: 50,
      size: 'max',
    }),
  )
  .map(([first, steps]) => [{ ...first, by: REPORTER, mayEdit: true }, ...steps]);

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

const review = (verdict: 'approved' | 'rejected'): Step => ({ kind: 'review', by: DBA, verdict });

/** What leads on from a status, the likeliest first. */
const WAYS: Partial<Record<Status, readonly Step[]>> = {
  draft: [click('submit', REPORTER)],
  'awaiting-approval': [click('approve', LEADER), click('approve', OWNER), click('reject', LEADER)],
  ready: [click('start', LEADER), click('start', TESTER), { kind: 'recheck' }],
  'sql-pending': [click('submit-sql', DBA), review('rejected'), click('abort', LEADER)],
  'sql-executing': [end('succeeded'), end('failed'), end('unknown')],
  'config-executing': [end('succeeded'), end('failed')],
  'code-executing': [end('succeeded'), end('failed'), end('unknown')],
  verifying: [end('succeeded'), end('failed')],
  deployed: [
    click('promote', LEADER),
    click('iterate', REPORTER),
    click('complete', LEADER),
    click('roll-back', LEADER),
  ],
  'fix-pending': [
    click('retry-sql', LEADER),
    click('retry-config', LEADER),
    click('retry-code', LEADER),
    click('retry-verification', LEADER),
    click('retry-rollback', LEADER),
    click('roll-back', LEADER),
    click('iterate', REPORTER),
    review('approved'),
  ],
  'rolling-back': [end('succeeded'), end('failed'), end('unknown')],
  'rolled-back': [click('iterate', REPORTER)],
  released: [click('roll-back', LEADER)],
};

/** What a person sees who looks at this moment. */
export const aboutOf = ({ run, question }: Release): AnsweredWork => ({
  job: run?.job ?? 'none',
  isAsked: question !== null,
});

/** A job that its agent has left. */
export const LEFT: JobAttendance = { isClaimed: true, isAbandoned: true, since: 0, agents: [] };

/** To a question that waits for a person. */
const ANSWERS: readonly Step[] = (['done', 'not-done', 'retry'] as const).map((answer) => ({
  kind: 'answer',
  by: LEADER,
  answer,
  abandoned: false,
}));

/** By hand, where a person's part of the configuration is due. */
const HANDWORK: readonly Step[] = [
  click('confirm-config', OPERATOR),
  click('report-config-failed', OPERATOR),
];

function waysFrom(release: Release): readonly Step[] {
  if (release.question !== null) return ANSWERS;
  if (release.handworkLeft) return HANDWORK;
  const isUnreviewed = release.status === 'sql-pending' && unreviewedScripts(release).length > 0;
  const ways = WAYS[release.status] ?? [];
  return isUnreviewed ? [review('approved'), ...ways] : ways;
}

function wayOn(release: Release, choice: number): Step {
  const ways = waysFrom(release);
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
      const { by, content, mayEdit } = step;
      const person = aPerson(by, { mayEdit });
      return { type: 'edit-content', person, content: CONTENTS[content] };
    }
    case 'review': {
      const [script = aScript()] = unreviewedScripts(release);
      return aReview(step.verdict, step.by, script);
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
        about: aboutOf(release),
        job: step.abandoned ? LEFT : null,
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

/** As the app loads them: only the sites that the content names. */
export function factsFor(command: Command, release: Release, facts: Facts): Facts {
  const content = command.type === 'edit-content' ? command.content : release.content;
  const named = content?.code.map(({ site }) => site) ?? [];
  return { ...facts, sites: facts.sites.filter(({ id }) => named.includes(id)) };
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
    const command = commandOf(step, state);
    const decision = decide(state, command, { ...factsFor(command, state, facts), nextSerial });
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
