/** Keeps the gate field in Jira true while the release itself stands still. */
import { canonicalText } from '#core/canonical';
import { gateValue } from '#core/gate-field';
import type { GateValue } from '#core/gate-field';
import type { ReleaseRecord } from '#wire/records';
import { commit } from './commit';
import { dueMoves } from './effects';
import type { Ports } from './ports';
import type { World } from './world';

/** Before a value runs out it is written anew: the sweep looks every hour, and one that fails loses nothing. */
const REFRESH_BEFORE_SECONDS = 4 * 3600;

/** The value that Jira should show now. */
export const gateOf = ({ state, jira }: ReleaseRecord, { facts }: World): GateValue =>
  gateValue(
    state,
    dueMoves(jira).map(({ action }) => action),
    facts,
  );

/** What was written, as the record remembers it: when it differs, somebody may no longer, or may now. */
export function gateMark(
  { crypto }: Ports,
  { state }: ReleaseRecord,
  { allow, due, until }: GateValue,
): NonNullable<ReleaseRecord['jira']['gate']> {
  return { digest: crypto.sha256(canonicalText({ allow, due, place: state.environment })), until };
}

/** Has the field written again when leaders, policy or time have made another value true. */
export async function refreshGate(
  ports: Ports,
  record: ReleaseRecord,
  world: World,
): Promise<void> {
  // An effect that is still to do writes the field as it is then.
  if (record.jira.effects.length > 0) return;
  const wanted = gateMark(ports, record, gateOf(record, world));
  const shown = record.jira.gate;
  const isFresh = shown !== null && shown.until - ports.clock.now() > REFRESH_BEFORE_SECONDS;
  if (isFresh && shown.digest === wanted.digest) return;
  await commit(ports, { record, world, events: [], texts: [] });
}
