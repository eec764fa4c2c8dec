/** What a person is asked when nobody can tell how an act ended: what is known, what is not, the choices. */
import type { HostStory } from './host-story';
import { nameOf } from './host-story';
import type { InstalledRelease } from './ports/hosts';
import type { HostAct } from './ports/journal';

const MEANT = {
  stage: 'copying',
  activate: 'switching to',
  start: 'starting',
  'return-activate': 'switching back to',
  'return-start': 'starting again',
} as const satisfies Record<HostAct, string>;

/** The question about one host. */
export function questionAbout(
  { step, target }: HostStory,
  act: HostAct,
  { version }: InstalledRelease,
  sentence: string,
): string {
  const host = nameOf(target);
  return [
    `Known: the agent began ${MEANT[act]} ${step.site} ${version} on host ${host}, and then: ${sentence}`,
    `Not known: whether that happened, and which version the host serves; the hosts after it were not touched.`,
    `Choices: bring the host back and try again; or look at ${step.basePath}/current there and say which version it serves.`,
  ].join('\n');
}
