/** What a click that asks for a reason leads to, and what cannot be undone. */
import type { PersonAction } from '#core/transitions';
import type { ReleaseShown } from './view';

export function consequence(
  action: PersonAction,
  { environment, hosts, stages }: Pick<ReleaseShown, 'environment' | 'hosts' | 'stages'>,
): string {
  const place = environment ?? 'its environment';
  switch (action) {
    case 'roll-back': {
      const back = `The ${hosts.length === 1 ? 'host' : `${hosts.length} hosts`} of ${place} return to what they served before, from their own files.`;
      const ran = stages.some(
        ({ stage, state }) => stage === 'SQL' && (state === 'done' || state === 'failed'),
      );
      return ran ? `${back} What SQL has changed is kept.` : back;
    }
    case 'abort':
      return 'The release ends. It cannot be taken up again; a new one can.';
    case 'reject':
      return 'The release goes back to Draft, and its approvals are gone.';
    case 'report-config-failed':
      return 'The release stops in Fix pending, and nothing after the configuration is done.';
    default:
      return '';
  }
}
