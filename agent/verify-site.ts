/** Observes that every host serves the version; touches nothing. */
import type { VerifyStep } from '#core/plan-step';
import type { BoundStep, PartEnd } from './bound-step';
import type { Hold } from './hold';
import { entryOf, nameOf } from './host-story';
import type { HostStory } from './host-story';
import { inParallel } from './in-parallel';
import type { Lines } from './lines';
import type { Agent } from './ports/agent';
import { isNewest, packageOf, plannedRelease } from './release-identity';
import { severest } from './severest';
import { waitHealthy } from './wait-healthy';

/** A service that was healthy a moment ago may be given so long to say so again. */
const VERIFY_SECONDS = 10;

/** Performs a VERIFY step on all of its hosts; every host is looked at, also after one that fails. */
export async function verifySite(
  agent: Agent,
  hold: Hold,
  { step, targets }: BoundStep<VerifyStep>,
  lines: Lines,
): Promise<PartEnd> {
  const stories = targets.map((target): HostStory => ({ agent, hold, step, target, lines }));
  const ends = await inParallel(
    stories,
    agent.settings.limits.hostsAtOnce,
    verifyHost,
    (end) => end.kind === 'succeeded' || end.kind === 'failed',
  );
  return severest(ends);
}

async function verifyHost(story: HostStory): Promise<PartEnd> {
  const { agent, hold } = story;
  const permit = await hold.mayBegin();
  if (permit.kind !== 'yes') return permit;
  hold.step = `verify ${story.step.version} on ${story.target.host.name}`;
  const end = await judge(story);
  const entry =
    end.kind === 'failed'
      ? entryOf(story, 'failed', end.failure.sentence)
      : entryOf(story, 'healthy', '');
  await agent.journal.tell(hold.ref.job, entry);
  return end;
}

async function judge(story: HostStory): Promise<PartEnd> {
  const { agent, hold, lines, target, step } = story;
  const planned = await plannedRelease(agent.centres.merged, hold, step);
  const line = await lines.to(target);
  if (line.kind === 'failed') return line;
  const answer = await line.session.state(step.basePath, 0);
  switch (answer.kind) {
    case 'refused':
      return { kind: 'failed', failure: answer.failure };
    case 'superseded':
    case 'lost':
      return { kind: 'failed', failure: { class: 'transport', sentence: answer.sentence } };
    case 'done':
      break;
  }
  const { current } = answer.facts;
  if (!current || !isNewest(current, planned)) {
    const isThePackage = current?.artifactSha256 === packageOf(step);
    const found = isThePackage ? `${step.version} with another configuration` : current?.version;
    return {
      kind: 'failed',
      failure: {
        class: 'health',
        sentence: `The current release in ${step.basePath} on host ${nameOf(target)} is ${found ?? 'no release'}, not ${step.site} ${step.version}.`,
      },
    };
  }
  const release = { digest: current.digest, version: step.version };
  const served = await waitHealthy(story, release, VERIFY_SECONDS);
  return served.kind === 'failed' ? served : { kind: 'succeeded' };
}
