/** One act on one host: intent, effect, result; and when the answer is lost, what became of it. */
import type { Failure } from '#core/failure';
import type { HostStep } from '#core/plan-step';
import type { HostState } from '#wire/agent';
import { askState, hasHappened, hostOutbid } from './ask-state';
import type { Stop } from './hold';
import { earlierActs, ownAct } from './host-acts';
import { entryOf, nameOf, orderFor } from './host-story';
import type { HostStory } from './host-story';
import { elapsedSince, instant } from './lease';
import { judgeOutbid } from './outbid';
import type { Outbid } from './outbid';
import type { OpenArtifact } from './ports/artifacts';
import type {
  HostAnswer,
  HostFacts,
  HostOrder,
  HostSession,
  InstalledRelease,
  Start,
} from './ports/hosts';
import type { HostAct } from './ports/journal';
import { questionAbout } from './questions';
import { begunWords, doneWords } from './way-back-words';

export type ActEnd =
  | { readonly kind: 'done'; readonly facts: HostFacts }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly fenceSeen?: number }
  | { readonly kind: 'unknown'; readonly question: string }
  | Exclude<Stop, { kind: 'refused' }>;

/** What is to be done, with what only that act needs. */
export type Act =
  | { readonly act: 'stage'; readonly artifact: OpenArtifact }
  | {
      readonly act: Exclude<HostAct, 'stage'>;
      readonly failure?: Failure;
      /** Digest of what a way back leads to, where that is not what the host has now. */
      readonly former?: string;
      /** This is the way back. */
      readonly isBack?: boolean;
    };

/** How an act shows to people while it is under way and when it is done. */
export const STATES = {
  stage: { begun: 'staging', done: 'staged' },
  activate: { begun: 'switching', done: 'switched' },
  start: { begun: 'starting', done: 'starting' },
  'return-activate': { begun: 'failed', done: 'failed' },
  'return-start': { begun: 'failed', done: 'failed' },
} as const satisfies Record<HostAct, { begun: HostState; done: HostState }>;

/** What the journal says of an act whose lease was over before it began. */
const NOT_BEGUN = 'It has not begun: the lease was over when the host could be reached.';

/** Where a package's own start script is looked for, unless the site says. */
const START_SCRIPT = 'bin/start';

/** How often an act whose answer was lost is done before the agent gives up on the host. */
const TRIES_MAX = 3;

/** Does the act, writing down first what it means to do and then what came of it. */
export async function act(story: HostStory, what: Act, release: InstalledRelease): Promise<ActEnd> {
  const { agent, hold, step, target } = story;
  const { journal, clock } = agent;
  const { begun, done } = STATES[what.act];
  hold.step = `${what.act} ${release.version} on ${target.host.name}`;
  const failure = what.act === 'stage' ? undefined : what.failure;
  const intent = {
    ...hold.ref,
    step: step.id,
    host: target.host.id,
    act: what.act,
    ...release,
    ...(failure && { failure }),
  };
  const from = instant(clock);
  const note = begunWords(intent, step.version, failure?.sentence ?? '');
  const serial = await journal.writeIntent(intent, entryOf(story, begun, note));

  const end = await attempt(story, what, release);
  const took = elapsedSince(from, clock);
  const meant = { act: what.act, fence: hold.ref.fence, release };
  if (end.kind === 'done') {
    const acts = [ownAct(story, meant, end), ...earlierActs(hold, end.facts)];
    await journal.writeResult(serial, 'done', entryOf(story, done, doneWords(intent), took, acts));
  } else if (end.kind === 'failed') {
    const { result, ...failed } = end;
    const { sentence } = failed.failure;
    const acts = [ownAct(story, meant, result)];
    await journal.writeResult(serial, sentence, entryOf(story, 'failed', sentence, took, acts));
    return failed;
  } else if (end.kind === 'not-begun') {
    const acts = [ownAct(story, meant, 'not-done')];
    await journal.writeResult(serial, NOT_BEGUN, entryOf(story, begun, NOT_BEGUN, took, acts));
    return end.permit;
  } else if (end.kind === 'unknown') {
    // The intent stays open: should the job come back, the host is asked first.
    const acts = [ownAct(story, meant, 'unknown')];
    await journal.tell(hold.ref.job, entryOf(story, 'unknown', end.question, took, acts));
  }
  return end;
}

/** `not-begun`: the lease was over, or the agent had to end, before anything was sent. `result`: whether the host said no, was never asked, or fell silent. */
type Attempted =
  | { readonly kind: 'not-begun'; readonly permit: Exclude<Stop, { kind: 'refused' }> }
  | Exclude<ActEnd, { kind: 'failed' }>
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly fenceSeen?: number;
      readonly result: 'failed' | 'not-done' | 'unknown';
    };

async function attempt(story: HostStory, what: Act, release: InstalledRelease): Promise<Attempted> {
  const { lines, target, hold, step } = story;
  const order = orderFor(story, release);
  for (let tries = 1; ; tries += 1) {
    const line = await lines.to(target);
    if (line.kind === 'failed') {
      // Until something was sent, a refused connection leaves nothing in doubt.
      if (tries === 1) return { ...line, result: 'not-done' };
      return endInSilence(story, what.act, release, line.failure.sentence);
    }
    // Writing, naming and connecting may have taken longer than the lease.
    const permit = await hold.mayContinue();
    if (permit.kind === 'lost' || permit.kind === 'interrupted')
      return tries === 1 ? { kind: 'not-begun', permit } : permit;
    const answer = await perform(line.session, what, order, startOf(step));
    if (answer.kind === 'done') return answer;
    if (answer.kind === 'refused')
      return { kind: 'failed', failure: answer.failure, result: 'failed' };
    if (answer.kind === 'superseded')
      return judged(story, hostOutbid(target, step, answer), 'failed');

    const asked = await askState(story, order.fence);
    if (asked.kind === 'lost') return asked;
    if (asked.kind === 'outbid') return judged(story, asked.outbid, 'unknown');
    if (asked.kind === 'silent') return endInSilence(story, what.act, release, asked.sentence);
    if (hasHappened(what.act, release, asked.facts)) return { kind: 'done', facts: asked.facts };
    if (tries === TRIES_MAX) return brokenOff(story, what.act, answer.sentence);
  }
}

/** `result`: what became of the act at a host that refused its fence. */
async function judged(
  { agent, hold }: HostStory,
  outbid: Outbid,
  result: 'failed' | 'unknown',
): Promise<Attempted> {
  const end = await judgeOutbid(agent, hold, outbid);
  return end.kind === 'failed' ? { ...end, result } : end;
}

const startOf = (step: HostStep): Start => ({
  port: step.service.port,
  script: (step.stage === 'VERIFY' ? undefined : step.startScript) ?? START_SCRIPT,
});

function perform(
  session: HostSession,
  what: Act,
  order: HostOrder,
  start: Start,
): Promise<HostAnswer> {
  switch (what.act) {
    case 'stage':
      return session.stage(order, what.artifact);
    case 'activate':
      return what.isBack === true
        ? session.reactivate(order)
        : session.activate(order, what.former);
    case 'return-activate':
      return session.reactivate(order);
    case 'start':
    case 'return-start':
      return session.start(order, start);
  }
}

/** A host that fell silent while it received a package still serves what it served before. */
const endInSilence = (
  story: HostStory,
  act: HostAct,
  release: InstalledRelease,
  sentence: string,
): Attempted =>
  act === 'stage'
    ? { kind: 'failed', failure: { class: 'transport', sentence }, result: 'unknown' }
    : { kind: 'unknown', question: questionAbout(story, act, release, sentence) };

const brokenOff = ({ target }: HostStory, act: HostAct, sentence: string): Attempted => ({
  kind: 'failed',
  result: 'not-done',
  failure: {
    class: 'transport',
    sentence: `The ${act} on host ${nameOf(target)} broke off ${TRIES_MAX} times (${sentence}); it has not happened. Check the host and the network, then retry.`,
  },
});
