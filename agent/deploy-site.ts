/** One site's code: staged on every host first, then flipped batch by batch, the gatekeeper alone and first. */
import type { Failure } from '#core/failure';
import type { CodeStep } from '#core/plan-step';
import { act } from './act';
import { askState } from './ask-state';
import type { BoundStep, PartEnd } from './bound-step';
import { before, deployHost, goBack } from './deploy-host';
import type { Hold } from './hold';
import { releaseOf } from './host-story';
import type { HostStory } from './host-story';
import { inParallel } from './in-parallel';
import type { Lines } from './lines';
import type { Agent, HostFacts, OpenArtifact } from './ports';
import { severest } from './severest';

/** Performs a CODE step; the next batch begins only when every host of the one before it is healthy. */
export async function deploySite(
  agent: Agent,
  hold: Hold,
  { step, targets }: BoundStep<CodeStep>,
  lines: Lines,
): Promise<PartEnd> {
  const stories = targets.map((target): HostStory => ({ agent, hold, step, target, lines }));
  const condemned = await condemnedHosts(stories);
  if (condemned.length > 0) return returnHosts(condemned);

  const opened = await agent.artifacts.open(step.artifact, hold.claim.environment);
  if (opened.kind === 'refused') return { kind: 'failed', failure: opened.failure };
  try {
    const staged = await stageEverywhere(stories, opened.artifact);
    if (staged.kind !== 'staged') return staged;
    return await flipInBatches(step, staged.hosts);
  } finally {
    await opened.artifact.close();
  }
}

interface StagedHost {
  readonly story: HostStory;
  readonly facts: HostFacts;
}

type Staged = { readonly kind: 'staged'; readonly hosts: readonly StagedHost[] } | PartEnd;

async function stageEverywhere(
  stories: readonly HostStory[],
  artifact: OpenArtifact,
): Promise<Staged> {
  const hosts: StagedHost[] = [];
  const ends = await inParallel(
    stories,
    stories[0]?.agent.settings.limits.hostsAtOnce ?? 1,
    async (story): Promise<PartEnd> => {
      const permit = await story.hold.mayBegin();
      if (permit.kind !== 'yes') return permit;
      const end = await act(story, { act: 'stage', artifact }, releaseOf(story.step));
      if (end.kind !== 'done') return end;
      hosts.push({ story, facts: end.facts });
      return { kind: 'succeeded' };
    },
    (end) => end.kind === 'succeeded',
  );
  const end = severest(ends);
  return end.kind === 'succeeded' ? { kind: 'staged', hosts } : end;
}

async function flipInBatches(step: CodeStep, hosts: readonly StagedHost[]): Promise<PartEnd> {
  for (const batch of step.batches) {
    const flipped = hosts.filter(({ story }) => batch.includes(story.target.host.id));
    const ends = await inParallel(
      flipped,
      flipped[0]?.story.agent.settings.limits.hostsAtOnce ?? 1,
      ({ story, facts }) => deployHost(story, facts),
      (end) => end.kind === 'succeeded',
    );
    const end = severest(ends);
    if (end.kind !== 'succeeded') return end;
  }
  return { kind: 'succeeded' };
}

interface CondemnedHost {
  readonly story: HostStory;
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
    return intent?.failure ? [{ story, failure: intent.failure }] : [];
  });
}

async function returnHosts(condemned: readonly CondemnedHost[]): Promise<PartEnd> {
  const ends: PartEnd[] = [];
  for (const { story, failure } of condemned) {
    const asked = await askState(story, story.hold.ref.fence);
    if (asked.kind === 'lost') return asked;
    ends.push(
      asked.kind === 'facts'
        ? await goBack(story, before(asked.facts, releaseOf(story.step)), failure)
        : { kind: 'unknown', question: asked.sentence },
    );
  }
  return severest(ends);
}
