/** What a person is asked when nobody can tell how an act ended: what is known, what is not, the choices. */
import type { HostStep } from '#core/plan-step';
import { cutText } from './cut-text';
import type { HostStory } from './host-story';
import { nameOf } from './host-story';
import type { HostTarget, InstalledRelease } from './ports/hosts';
import type { HostAct } from './ports/journal';

const MEANT = {
  stage: 'copying',
  activate: 'switching to',
  start: 'starting',
  'return-activate': 'switching back to',
  'return-start': 'starting again',
} as const satisfies Record<HostAct, string>;

/** What a host said last may be long, and the choices must not be cut off behind it. */
const SENTENCE_MAX_CHARS = 500;

const ON_THE_WAY =
  'retry does the stage again and leaves alone what a host has already; not done stops here, to retry, roll back or iterate; done says that every host of this stage has been switched, the hosts after it too, and then each of them is asked for its version and health.';
const ON_THE_WAY_BACK =
  'retry goes on with the way back and leaves alone what a host has already; not done stops here, to retry later; done says that every host is back, the hosts after it too, and configuration as well: nobody looks again.';

/** The question about one host. */
export function questionAbout(
  { agent, hold, step, target }: HostStory,
  act: HostAct,
  { version }: InstalledRelease,
  sentence: string,
): string {
  const host = nameOf(target);
  // Cut behind the redaction, so that no half of a secret is left.
  const last = cutText(agent.redact(sentence), SENTENCE_MAX_CHARS);
  const question = [
    `Known: the agent began ${MEANT[act]} ${step.site} ${version} on host ${host}, and then: ${last}`,
    `Not known: whether that happened, and which version the host serves${othersThan(target, step)}.`,
    `Choices, once the host is back or somebody has looked at ${step.basePath}/current there: ${hold.claim.stage === 'ROLLBACK' ? ON_THE_WAY_BACK : ON_THE_WAY}`,
  ].join('\n');
  return agent.redact(question);
}

/** What became of the others: a batch goes together, and only behind one that is whole begins the next. */
function othersThan({ host }: HostTarget, step: HostStep): string {
  // Looking begins no act, so nobody asks about one.
  if (step.stage === 'VERIFY') return '';
  const own = step.batches.findIndex((batch) => batch.includes(host.id));
  const isAlone = step.batches[own]?.length === 1;
  const isLast = own === step.batches.length - 1;
  return [
    isAlone ? '' : '; other hosts of its batch may have been switched as well',
    // An earlier claim may have come further before this one began anew.
    isLast ? '' : '; the agent has touched no host of a later batch since',
  ].join('');
}
