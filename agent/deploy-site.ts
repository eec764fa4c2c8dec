/** One site's code: staged on every host first, then flipped batch by batch, the gatekeeper alone and first. */
import type { Failure } from '#core/failure';
import type { CodeStep } from '#core/plan-step';
import { act } from './act';
import type { BoundStep, PartEnd } from './bound-step';
import { appliedElsewhere, mergedElsewhere } from './centres/kept-elsewhere';
import type { PlannedChange, ServingHost } from './centres/kept-elsewhere';
import { deployHost, goBack } from './deploy-host';
import type { StagedHost } from './deploy-host';
import type { Hold } from './hold';
import { nameOf } from './host-story';
import type { HostStory } from './host-story';
import { inParallel } from './in-parallel';
import type { Lines } from './lines';
import type { Agent } from './ports/agent';
import type { OpenArtifact } from './ports/artifacts';
import type { InstalledRelease } from './ports/hosts';
import { severest } from './severest';

export interface SiteWork {
  readonly agent: Agent;
  readonly hold: Hold;
  /** Of configuration, by the same plan. */
  readonly changes: readonly PlannedChange[];
  readonly lines: Lines;
}

/** Performs a CODE step; the next batch begins only when every host of the one before it is healthy. */
export async function deploySite(
  { agent, hold, changes, lines }: SiteWork,
  { step, targets }: BoundStep<CodeStep>,
): Promise<PartEnd> {
  const stories = targets.map((target): HostStory => ({ agent, hold, step, target, lines }));
  const condemned = await condemnedHosts(stories);
  if (condemned.length > 0) return returnHosts(condemned);

  const elsewhere = await appliedElsewhere(agent, hold, step.site, changes);
  if (elsewhere) return { kind: 'failed', failure: elsewhere };
  const { environment, planDigest } = hold.claim;
  const opened = await agent.artifacts.open(step.artifact, environment, step.site);
  if (opened.kind === 'refused') return { kind: 'failed', failure: opened.failure };
  const { artifact } = opened;
  try {
    const planned = { plan: planDigest, site: step.site };
    if (artifact.sha256 !== step.artifact.sha256) {
      await agent.centres.merged.add(planned, artifact.sha256);
    }
    const ours = [artifact.sha256, ...(await agent.centres.merged.of(planned))];
    const staged = await stageEverywhere(stories, artifact, ours);
    if (staged.kind !== 'staged') return staged;
    const foreign = await mergedElsewhere(agent, hold, step.site, staged.hosts.map(serving));
    if (foreign) return { kind: 'failed', failure: foreign };
    return await flipInBatches(step, staged.hosts);
  } finally {
    await artifact.close();
  }
}

type Staged = { readonly kind: 'staged'; readonly hosts: readonly StagedHost[] } | PartEnd;

async function stageEverywhere(
  stories: readonly HostStory[],
  artifact: OpenArtifact,
  ours: readonly string[],
): Promise<Staged> {
  const hosts: StagedHost[] = [];
  const ends = await inParallel(
    stories,
    stories[0]?.agent.settings.limits.hostsAtOnce ?? 1,
    async (story): Promise<PartEnd> => {
      const permit = await story.hold.mayBegin();
      if (permit.kind !== 'yes') return permit;
      const release = { digest: artifact.sha256, version: story.step.version };
      const end = await act(story, { act: 'stage', artifact }, release);
      if (end.kind !== 'done') return end;
      hosts.push({ story, release, facts: end.facts, ours });
      return { kind: 'succeeded' };
    },
    (end) => end.kind === 'succeeded',
  );
  const end = severest(ends);
  return end.kind === 'succeeded' ? { kind: 'staged', hosts } : end;
}

const serving = ({ story, facts }: StagedHost): ServingHost => ({
  name: nameOf(story.target),
  facts,
});

async function flipInBatches(step: CodeStep, hosts: readonly StagedHost[]): Promise<PartEnd> {
  for (const batch of step.batches) {
    const flipped = hosts.filter(({ story }) => batch.includes(story.target.host.id));
    const ends = await inParallel(
      flipped,
      flipped[0]?.story.agent.settings.limits.hostsAtOnce ?? 1,
      deployHost,
      (end) => end.kind === 'succeeded',
    );
    const end = severest(ends);
    if (end.kind !== 'succeeded') return end;
  }
  return { kind: 'succeeded' };
}

interface CondemnedHost {
  readonly story: HostStory;
  readonly former: InstalledRelease;
  readonly failure: Failure;
}

/** Hosts that an earlier life of the agent had begun to bring back: the release is not tried there again. */
async function condemnedHosts(stories: readonly HostStory[]): Promise<readonly CondemnedHost[]> {
  const [first] = stories;
  if (!first) return [];
  const intents = await first.agent.journal.intentsOf(first.hold.ref.job);
  return stories.flatMap((story): CondemnedHost[] => {
    const intent = intents.findLast(
      ({ step, host, failure }) =>
        failure !== undefined && step === story.step.id && host === story.target.host.id,
    );
    if (!intent?.failure) return [];
    const { digest, version, failure } = intent;
    return [{ story, former: { digest, version }, failure }];
  });
}

async function returnHosts(condemned: readonly CondemnedHost[]): Promise<PartEnd> {
  const ends: PartEnd[] = [];
  for (const { story, former, failure } of condemned) {
    ends.push(await goBack(story, former, failure));
  }
  return severest(ends);
}
