/** Tells a host which release was just seen healthy there: the host never takes that one away. */
import type { HostStory } from './host-story';
import type { InstalledRelease } from './ports/hosts';

/** Nothing hangs on it: a host that does not hear it keeps what is live and what was live before, as ever. */
export async function rememberHealthy(
  { lines, target, step, hold }: HostStory,
  { digest }: InstalledRelease,
): Promise<void> {
  const line = await lines.to(target);
  if (line.kind === 'failed') return;
  const answer = await line.session.state(step.basePath, hold.ref.fence, digest);
  if (answer.kind === 'lost') await lines.drop(target);
}
