/** Waits until a host serves a release, or knows that it does not. */
import type { Failure } from '#core/failure';
import { backOffMilliseconds } from './back-off';
import { nameOf } from './host-story';
import type { HostStory } from './host-story';
import { elapsedSince, instant } from './lease';
import type { Look } from './ports/health';
import type { InstalledRelease } from './ports/hosts';

export type Served =
  | { readonly kind: 'healthy'; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** While a service is not healthy, the host is asked so often whether its process still lives. */
const PROCESS_LOOK_SECONDS = 5;

/** Looks again and again, first every 20 ms and later every 500 ms, until healthy or the time is up. */
export async function waitHealthy(
  story: HostStory,
  release: InstalledRelease,
  seconds: number,
): Promise<Served> {
  const { agent, hold, step, target } = story;
  const from = instant(agent.clock);
  let processSeen = from;
  for (let attempt = 0; ; attempt += 1) {
    const look = await agent.health.look(target, step.service);
    const milliseconds = elapsedSince(from, agent.clock);
    if (serves(look, release, story)) return { kind: 'healthy', milliseconds };
    const sentence = describe(look, release, story);
    if (look.kind === 'refused') return failed('permission', sentence);
    if (milliseconds >= seconds * 1_000 || hold.over.aborted) {
      return failed('health', `${sentence} It did not get healthy within ${seconds} s.`);
    }
    if (elapsedSince(processSeen, agent.clock) >= PROCESS_LOOK_SECONDS * 1_000) {
      processSeen = instant(agent.clock);
      if (await hasDied(story)) {
        return failed(
          'start-up',
          `${sentence} Its process has ended; .interlock/run.log in ${step.basePath} says why.`,
        );
      }
    }
    await agent.clock.sleep(backOffMilliseconds(attempt, 20, 500), hold.over);
  }
}

/** Whether a look shows the release, healthy. Without a version path, health alone decides. */
export const serves = (look: Look, { version }: InstalledRelease, { step }: HostStory): boolean =>
  look.kind === 'answered' &&
  look.healthy &&
  (step.service.versionPath === undefined || look.version === version);

async function hasDied({ lines, target, step }: HostStory): Promise<boolean> {
  const line = await lines.to(target);
  if (line.kind === 'failed') return false;
  const answer = await line.session.state(step.basePath, 0);
  if (answer.kind === 'lost') await lines.drop(target);
  return answer.kind === 'done' && answer.facts.process === 'dead';
}

function describe(look: Look, { version }: InstalledRelease, { step, target }: HostStory): string {
  const service = `${step.site} ${version} on host ${nameOf(target)}, port ${step.service.port}`;
  if (look.kind === 'refused') return look.sentence;
  if (look.kind === 'silent') return `${service}, does not answer (${look.sentence}).`;
  if (!look.healthy) return `${service}, answers ${look.status} to ${step.service.healthPath}.`;
  return `${service}, is healthy but serves version ${look.version ?? 'unknown'}.`;
}

const failed = (failureClass: Failure['class'], sentence: string): Served => ({
  kind: 'failed',
  failure: { class: failureClass, sentence },
});
