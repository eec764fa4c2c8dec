/** Asks a host how it stands, after an act whose end nobody saw. */
import type { HostStep } from '#core/plan-step';
import { backOffMilliseconds } from './back-off';
import type { HostStory } from './host-story';
import { nameOf } from './host-story';
import { elapsedSince, instant } from './lease';
import type { Outbid } from './outbid';
import type { HostAnswer, HostFacts, HostTarget, InstalledRelease } from './ports/hosts';
import type { HostAct } from './ports/journal';

export type Asked =
  | { readonly kind: 'facts'; readonly facts: HostFacts }
  /** The job is no longer held. */
  | { readonly kind: 'lost'; readonly why: string }
  /** It has seen a higher fence. */
  | { readonly kind: 'outbid'; readonly outbid: Outbid }
  /** No answer that says anything, for as long as it makes sense to ask. */
  | { readonly kind: 'silent'; readonly sentence: string };

/** How long a host is asked before a person is. */
const ASK_SECONDS = 60;

/** Asks until the host answers and no act is under way on it any more; shuts out lower fences. */
export async function askState(story: HostStory, fence: number): Promise<Asked> {
  const { agent, hold, target } = story;
  const from = instant(agent.clock);
  let sentence = `Host ${nameOf(target)} does not answer.`;
  for (let attempt = 0; elapsedSince(from, agent.clock) < ASK_SECONDS * 1_000; attempt += 1) {
    if (hold.over.aborted) return { kind: 'lost', why: 'The job is no longer held.' };
    const asked = await askOnce(story, fence);
    if (asked.kind !== 'silent') return asked;
    sentence = asked.sentence;
    await agent.clock.sleep(backOffMilliseconds(attempt, 100, 5_000), hold.over);
  }
  return { kind: 'silent', sentence };
}

async function askOnce({ lines, target, step }: HostStory, fence: number): Promise<Asked> {
  const line = await lines.to(target);
  if (line.kind === 'failed') return { kind: 'silent', sentence: line.failure.sentence };
  const answer = await line.session.state(step.basePath, fence);
  switch (answer.kind) {
    case 'done':
      return answer.facts.busy
        ? { kind: 'silent', sentence: `Another act is still under way on ${nameOf(target)}.` }
        : { kind: 'facts', facts: answer.facts };
    case 'superseded':
      return { kind: 'outbid', outbid: hostOutbid(target, step, answer) };
    case 'refused':
      return { kind: 'silent', sentence: answer.failure.sentence };
    case 'lost':
      await lines.drop(target);
      return { kind: 'silent', sentence: answer.sentence };
  }
}

/** A host that has seen a higher fence. */
export const hostOutbid = (
  target: HostTarget,
  { basePath }: HostStep,
  { sentence, seen }: Extract<HostAnswer, { kind: 'superseded' }>,
): Outbid => ({
  target: `Host ${nameOf(target)}`,
  ...(seen !== undefined && { seen }),
  kept: `${basePath}/.interlock/fence there`,
  sentence,
});

/** Whether the act is done, as the host looks now. Done again, it does nothing a second time. */
export function hasHappened(act: HostAct, release: InstalledRelease, facts: HostFacts): boolean {
  switch (act) {
    case 'stage':
      return facts.staged.includes(release.digest);
    case 'activate':
    case 'return-activate':
      return facts.current?.digest === release.digest;
    case 'start':
    case 'return-start':
      return (
        (facts.process === 'running' || facts.process === 'own') &&
        facts.processDigest === release.digest
      );
  }
}
