/** One host's story: switch, start, healthy; or back to what it served before. */
import type { Failure } from '#core/failure';
import { act } from './act';
import type { ActEnd } from './act';
import type { PartEnd } from './bound-step';
import { entryOf, nameOf } from './host-story';
import type { HostStory } from './host-story';
import type { HostFacts, InstalledRelease } from './ports/hosts';
import { rememberHealthy } from './remember-healthy';
import { serves, waitHealthy } from './wait-healthy';

/** A host on which the release is complete, and which still serves what it served before. */
export interface StagedHost {
  readonly story: HostStory;
  readonly release: InstalledRelease;
  /** How the host looked when the release was staged. */
  readonly facts: HostFacts;
  /** Digests under which this plan has put its release on hosts, with this and with earlier configuration. */
  readonly ours: readonly string[];
}

/** Puts the staged release into service on one host. */
export async function deployHost(staged: StagedHost): Promise<PartEnd> {
  const { story, release, facts } = staged;
  const { agent, hold } = story;
  if (await servesAlready(story, release, facts)) {
    await rememberHealthy(story, release);
    return tellHealthy(story, 'It served this version already.');
  }

  const mayBegin = await hold.mayBegin();
  if (mayBegin.kind !== 'yes') return mayBegin;
  const former = before(staged)?.digest;
  const switched = await act(story, { act: 'activate', ...(former && { former }) }, release);
  if (switched.kind !== 'done') return switched;

  const mayStart = await hold.mayContinue();
  if (mayStart.kind !== 'yes') return mayStart;
  const started = await act(story, { act: 'start' }, release);
  // A host that has seen a higher fence refuses the way back as well.
  if (started.kind === 'failed' && started.fenceSeen === undefined)
    return goBack(story, before(staged), started.failure);
  if (started.kind !== 'done') return started;

  const served = await waitHealthy(story, release, agent.settings.limits.healthSeconds);
  if (served.kind === 'failed') return goBack(story, before(staged), served.failure);
  await rememberHealthy(story, release);
  return tellHealthy(story, '', served.milliseconds);
}

/** Puts the release back that the host served before, and says whether it serves again. */
export async function goBack(
  story: HostStory,
  former: InstalledRelease | null,
  failure: Failure,
): Promise<PartEnd> {
  const { agent, hold, target, step } = story;
  const host = nameOf(target);
  if (former === null) {
    return fail(story, failure, `There is no earlier release on host ${host} to go back to.`);
  }
  for (const next of ['return-activate', 'return-start'] as const) {
    const permit = await hold.mayContinue();
    if (permit.kind !== 'yes') return permit;
    const done: ActEnd = await act(story, { act: next, failure }, former);
    if (done.kind === 'failed') {
      return fail(
        story,
        failure,
        `The way back to ${former.version} failed as well: ${done.failure.sentence}`,
        done.fenceSeen,
      );
    }
    if (done.kind !== 'done') return done;
  }
  const served = await waitHealthy(story, former, agent.settings.limits.healthSeconds);
  if (served.kind === 'healthy') {
    await rememberHealthy(story, former);
    return fail(story, failure, `Host ${host} serves ${step.site} ${former.version} again.`);
  }
  return fail(story, failure, `The way back failed as well: ${served.failure.sentence}`);
}

/** What the host serves or served before the plan's release. */
const before = ({ facts, ours }: StagedHost): InstalledRelease | null =>
  [facts.current, facts.previous].find((found) => found && !ours.includes(found.digest)) ?? null;

async function servesAlready(
  story: HostStory,
  release: InstalledRelease,
  facts: HostFacts,
): Promise<boolean> {
  if (facts.current?.digest !== release.digest) return false;
  if (facts.process === 'dead' || facts.processDigest !== release.digest) return false;
  const look = await story.agent.health.look(story.target, story.step.service);
  return serves(look, release, story);
}

async function tellHealthy(story: HostStory, note: string, milliseconds = 0): Promise<PartEnd> {
  const entry = entryOf(story, 'healthy', note, milliseconds);
  await story.agent.journal.tell(story.hold.ref.job, entry);
  return { kind: 'succeeded' };
}

async function fail(
  story: HostStory,
  failure: Failure,
  what: string,
  fenceSeen?: number,
): Promise<PartEnd> {
  const told: Failure = { class: failure.class, sentence: `${failure.sentence} ${what}` };
  await story.agent.journal.tell(story.hold.ref.job, entryOf(story, 'failed', told.sentence));
  return { kind: 'failed', failure: told, ...(fenceSeen !== undefined && { fenceSeen }) };
}
