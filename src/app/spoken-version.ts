/** The version of the protocol that is spoken with an agent, by what it says that it speaks. */
import { agreeOn } from '#core/protocol';
import { PROTOCOL_VERSIONS } from '#wire/agent';

/** What an answer adds for an agent that named its versions: nothing for one of 0.1. */
export function spoken(speaks: readonly number[] | undefined): { readonly speak?: number } {
  const agreement = speaks && agreeOn(speaks, PROTOCOL_VERSIONS);
  return agreement?.kind === 'agreed' ? { speak: agreement.version } : {};
}

/** Whether an agent understands what came with a version. */
export const understands = (speaks: readonly number[] | undefined, since: number): boolean =>
  (spoken(speaks).speak ?? 1) >= since;
