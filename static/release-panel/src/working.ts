/** Whether an agent works on a release, or is about to. */
import type { Status } from '#core/status';
import type { ReleaseShown } from './view';

const WORKING: readonly Status[] = [
  'sql-pending',
  'sql-executing',
  'config-executing',
  'code-executing',
  'verifying',
  'rolling-back',
];

export const isWorking = ({ status }: ReleaseShown): boolean => WORKING.includes(status);
