/** The one class that a failure ends in; the share of `unknown` is shown. */
export const FAILURE_CLASSES = [
  'package',
  'config',
  'SQL',
  'transport',
  'start-up',
  'health',
  'time-out',
  'permission',
  'capacity',
  'stopped',
  'unknown',
] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** Why a stage did not succeed, in a sentence for people. */
export interface Failure {
  readonly class: FailureClass;
  readonly sentence: string;
}
