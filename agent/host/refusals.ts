/** The helper's exit codes: what each means for a release, and what a person does about it. */
import type { FailureClass } from '#core/failure';

/** A lower fence than the host has seen; the one refusal that is no failure. */
export const SUPERSEDED = 75;

interface HostRefusal {
  readonly class: FailureClass;
  readonly remedy: string;
}

/** By exit code. The helper says on stderr what happened. */
export const HOST_REFUSALS: Readonly<Record<number, HostRefusal>> = {
  64: { class: 'config', remedy: 'Correct the value in the site’s settings.' },
  65: { class: 'package', remedy: 'Retry; if it happens again, check the network and the store.' },
  66: { class: 'package', remedy: 'Retry the stage: the package is copied again.' },
  67: {
    class: 'package',
    remedy: 'Give it the right to be executed in the package, then release it anew.',
  },
  69: { class: 'config', remedy: 'Install it there, then retry.' },
  70: { class: 'package', remedy: 'Look at the disk of the host, then retry.' },
  71: { class: 'time-out', remedy: 'Look at what runs there, then retry.' },
  72: { class: 'capacity', remedy: 'Make room there, then retry.' },
  73: { class: 'permission', remedy: 'Give the user that directory, or correct the base path.' },
  74: { class: 'capacity', remedy: 'Look at the disk of the host, then retry.' },
  76: { class: 'start-up', remedy: 'End it by hand, then retry.' },
  77: { class: 'start-up', remedy: 'Correct the package’s start, then release it anew.' },
  78: { class: 'config', remedy: 'Then retry.' },
};
