/** The helper that goes to hosts: from its file in the source tree, from the bundle once there is one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../keys';
import type { Helper } from './host-session';

/** Set by scripts/package-agent.ts, so that the agent stays one file. */
declare const INTERLOCK_HOST_HELPER: string | undefined;

/** The helper of this version of the agent. */
export function hostHelper(): Helper {
  const text =
    typeof INTERLOCK_HOST_HELPER === 'string'
      ? INTERLOCK_HOST_HELPER
      : readFileSync(join(__dirname, 'interlock-host.sh'), 'utf8');
  return { text, digest: sha256Hex(text) };
}
