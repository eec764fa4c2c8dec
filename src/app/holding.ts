import type { Status } from '#core/status';

const HOLDING: readonly Status[] = [
  'sql-pending',
  'sql-executing',
  'config-executing',
  'code-executing',
  'grayscale',
  'verifying',
  'fix-pending',
  'rolling-back',
];

/** A release holds its sites, databases and namespaces from its start until it is deployed, rolled back or given up. */
export const isHolding = (status: Status): boolean => HOLDING.includes(status);
