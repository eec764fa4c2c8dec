/** What people read while a host goes back: every entry of it is called `failed`, so that words have to say what stands there. */
import type { HostAct } from './ports/journal';

interface WayBack {
  readonly act: HostAct;
  /** The version that the host goes back to. */
  readonly version: string;
}

/** Before the act; empty for acts whose state says all. `why`: what failed. */
export function begunWords({ act, version }: WayBack, newVersion: string, why: string): string {
  if (act === 'return-activate')
    return `Goes back to ${version}, because ${newVersion} failed: ${why}`;
  return act === 'return-start' ? `Starts ${version} again.` : '';
}

/** After the act. */
export function doneWords({ act, version }: WayBack): string {
  if (act === 'return-activate') return `${version} is current again, and not started yet.`;
  return act === 'return-start' ? `${version} was started again; its health is looked at.` : '';
}
