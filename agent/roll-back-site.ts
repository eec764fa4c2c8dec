/** One site's way back: each host returns to what it served before the release, from its own files. */
import type { FailureClass } from '#core/failure';
import type { RollbackStep } from '#core/plan-step';
import type { AgentAct, HostState } from '#wire/agent';
import { act } from './act';
import { askState } from './ask-state';
import type { BoundStep, PartEnd } from './bound-step';
import { changesOf, mergedElsewhere } from './centres/kept-elsewhere';
import type { SiteWork } from './deploy-site';
import { earlierActs } from './host-acts';
import { entryOf, nameOf } from './host-story';
import type { HostStory } from './host-story';
import { inParallel } from './in-parallel';
import { judgeOutbid } from './outbid';
import type { HostFacts, InstalledRelease } from './ports/hosts';
import type { JournaledIntent } from './ports/journal';
import { isPlanned, plannedRelease } from './release-identity';
import type { PlannedRelease } from './release-identity';
import { rememberHealthy } from './remember-healthy';
import { severest } from './severest';
import { serves, waitHealthy } from './wait-healthy';

/** What a rollback knows before it asks the first host. */
interface WayBack {
  /** What the plan put on hosts, and they leave. */
  readonly planned: PlannedRelease;
  /** What an earlier life of the agent meant to do in this job. */
  readonly intents: readonly JournaledIntent[];
  /** Configuration of the site goes back with it, from this agent's own store. */
  readonly restores: boolean;
}

/** Performs a ROLLBACK step, batch by batch, the gatekeeper first. No store is asked for anything. */
export async function rollBackSite(
  { agent, hold, changes, lines }: SiteWork,
  { step, targets }: BoundStep<RollbackStep>,
): Promise<PartEnd> {
  const back: WayBack = {
    planned: await plannedRelease(agent.centres.merged, hold, step),
    intents: await agent.journal.intentsOf(hold.ref.job),
    restores: changesOf(step.site, changes).length > 0,
  };
  for (const batch of step.batches) {
    const stories = targets
      .filter(({ host }) => batch.includes(host.id))
      .map((target): HostStory => ({ agent, hold, step, target, lines }));
    const ends = await inParallel(
      stories,
      agent.settings.limits.hostsAtOnce,
      (story) => returnHost(story, back),
      (end) => end.kind === 'succeeded',
    );
    const end = severest(ends);
    if (end.kind !== 'succeeded') return end;
  }
  return { kind: 'succeeded' };
}

async function returnHost(story: HostStory, back: WayBack): Promise<PartEnd> {
  const { hold, step, target } = story;
  const permit = await hold.mayBegin();
  if (permit.kind !== 'yes') return permit;
  hold.step = `roll back ${target.host.name}`;
  const asked = await askState(story, hold.ref.fence);
  if (asked.kind === 'lost') return asked;
  if (asked.kind === 'outbid') {
    const end = await judgeOutbid(story.agent, hold, asked.outbid);
    if (end.kind === 'failed') await tell(story, 'failed', end.failure.sentence);
    return end;
  }
  if (asked.kind === 'silent') {
    const sentence = `${asked.sentence} Nothing was done there; bring the host back, then retry.`;
    return fail(story, 'transport', sentence);
  }

  if (back.restores) {
    const serving = { name: nameOf(target), facts: asked.facts };
    const foreign = await mergedElsewhere(story.agent, hold, step.site, [serving]);
    if (foreign) return fail(story, foreign.class, foreign.sentence);
  }
  const way = wayOf(story, asked.facts, back);
  switch (way.kind) {
    case 'stays':
      return tell(story, 'done', way.note, 0, earlierActs(hold, asked.facts));
    case 'no-way':
      return fail(
        story,
        'package',
        `Host ${nameOf(target)} serves ${step.site} ${step.version} and keeps no earlier release to go back to; deploy an earlier version there.`,
      );
    case 'was-returned': {
      const look = await story.agent.health.look(target, step.service);
      if (runsCurrent(asked.facts) && serves(look, way.former, story)) {
        const earlier = earlierActs(hold, asked.facts);
        return tell(story, 'done', leftAlone(asked.facts), 0, earlier);
      }
      return returnTo(story, way.former);
    }
    case 'returns':
      return returnTo(story, way.former);
  }
}

type Way =
  | { readonly kind: 'returns'; readonly former: InstalledRelease }
  /** An earlier way back of this release has switched, and may have ended before the start. */
  | { readonly kind: 'was-returned'; readonly former: InstalledRelease }
  /** This release put nothing there that is there now. */
  | { readonly kind: 'stays'; readonly note: string }
  | { readonly kind: 'no-way' };

function wayOf(story: HostStory, facts: HostFacts, { planned, intents }: WayBack): Way {
  const { step, target, hold } = story;
  const { current, previous, broughtBy, switchedBy, left, staged } = facts;
  const begun = intents.findLast(
    (intent) =>
      intent.step === step.id && intent.host === target.host.id && intent.act === 'activate',
  );
  if (begun) return { kind: 'returns', former: { digest: begun.digest, version: begun.version } };

  const isOurs = (job: string | null): boolean => job === null || isSameRelease(job, hold.ref.job);
  if (isPlanned(current, planned)) {
    if (!isOurs(broughtBy)) {
      const note = `It served ${step.version} before this release; it stays as it is.`;
      return { kind: 'stays', note };
    }
    const isThere =
      previous !== null && !isPlanned(previous, planned) && staged.includes(previous.digest);
    return isThere ? { kind: 'returns', former: previous } : { kind: 'no-way' };
  }
  if (current !== null && isOurs(switchedBy) && isPlanned(left, planned)) {
    return { kind: 'was-returned', former: current };
  }
  return { kind: 'stays', note: leftAlone(facts) };
}

function leftAlone(facts: HostFacts): string {
  const { current } = facts;
  const found =
    current === null
      ? 'has no release'
      : runsCurrent(facts)
        ? `serves ${current.version}`
        : `has ${current.version}, which does not run,`;
  return `It ${found} and not the release that is left; it stays as it is.`;
}

/** Jobs are called after their release: `10001.7` is the seventh of issue 10001. */
const isSameRelease = (job: string, other: string): boolean =>
  job.split('.')[0] === other.split('.')[0];

const runsCurrent = ({ current, process, processDigest }: HostFacts): boolean =>
  (process === 'running' || process === 'own') && processDigest === current?.digest;

async function returnTo(story: HostStory, former: InstalledRelease): Promise<PartEnd> {
  const { agent, hold } = story;
  for (const next of ['activate', 'start'] as const) {
    const permit = await hold.mayContinue();
    if (permit.kind !== 'yes') return permit;
    const done = await act(story, { act: next, isBack: true }, former);
    if (done.kind !== 'done') return done;
  }
  const served = await waitHealthy(story, former, agent.settings.limits.healthSeconds);
  if (served.kind === 'failed') {
    return fail(story, served.failure.class, served.failure.sentence);
  }
  await rememberHealthy(story, former);
  return tell(story, 'healthy', `serves ${former.version} again`, served.milliseconds);
}

async function tell(
  story: HostStory,
  state: HostState,
  note: string,
  milliseconds = 0,
  acts: readonly AgentAct[] = [],
): Promise<PartEnd> {
  const entry = entryOf(story, state, note, milliseconds, acts);
  await story.agent.journal.tell(story.hold.ref.job, entry);
  return { kind: 'succeeded' };
}

async function fail(
  story: HostStory,
  failureClass: FailureClass,
  sentence: string,
): Promise<PartEnd> {
  await tell(story, 'failed', sentence);
  return { kind: 'failed', failure: { class: failureClass, sentence } };
}
