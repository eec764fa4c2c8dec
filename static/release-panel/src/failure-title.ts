/** What failed, and of what kind, in the words of the stage tracker. */
import type { ReleaseShown } from './view';

type Failure = NonNullable<ReleaseShown['failure']>;

const STAGES: Readonly<Record<Failure['stage'], string>> = {
  SQL: 'SQL',
  CONFIG: 'Config',
  CODE: 'Code',
  VERIFY: 'Verify',
  ROLLBACK: 'Rollback',
};

const CAUSES: Readonly<Record<Exclude<Failure['class'], 'stopped'>, string>> = {
  package: 'package',
  config: 'configuration',
  SQL: 'SQL',
  transport: 'connection',
  'start-up': 'start-up',
  health: 'health check',
  'time-out': 'time-out',
  permission: 'permission',
  capacity: 'capacity',
  unknown: 'cause unknown',
};

/** `Code failed in SIT: health check`; the stage alone where the cause would say it again. */
export function failureTitle(failure: Failure, environment: string | null): string {
  const stage = STAGES[failure.stage];
  const place = environment ?? 'its environment';
  if (failure.class === 'stopped') return `${stage} stopped in ${place} by a person`;
  const cause = CAUSES[failure.class];
  const title = `${stage} failed in ${place}`;
  return stage === cause ? title : `${title}: ${cause}`;
}
