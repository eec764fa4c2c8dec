/** Binds the plan anew when the world around a waiting release has changed. */
import type { Ports } from './ports';
import { runCommand } from './run-command';

/** Does nothing unless the release awaits approval or is ready, and its plan is another by now. */
export async function recheck(ports: Ports, issueId: string): Promise<void> {
  const result = await runCommand(ports, issueId, async () => ({ command: { type: 'recheck' } }));
  if (result.kind === 'refused') {
    ports.log.info('A plan could not be bound anew.', {
      issueId,
      refusals: result.refusals.map(({ why }) => why),
    });
  }
}
