/** Decides a command against the present state and writes what it became, again after each conflict. */
import type { Command } from '#core/command';
import { decide } from '#core/decide';
import type { Refusal } from '#core/refusal';
import type { ReleaseRecord } from '#wire/records';
import { commit } from './commit';
import type { Commit } from './commit';
import { ATTEMPTS_MAX, TooMuchContention } from './errors';
import type { Ports } from './ports';
import { loadWorld } from './world';
import type { World } from './world';

export type CommandResult =
  /** `world`: what it was decided in; null when nothing had to be written. */
  | { readonly kind: 'done'; readonly record: ReleaseRecord; readonly world: World | null }
  | {
      readonly kind: 'refused';
      readonly refusals: readonly Refusal[];
      readonly record: ReleaseRecord;
      readonly world: World;
    };

/** A command, and what is written together with it. */
export interface Attempt extends Pick<
  Commit,
  'shown' | 'clicks' | 'judged' | 'finished' | 'changes'
> {
  readonly command: Command;
  /** What stands against a command that is allowed otherwise. */
  readonly objection?: Refusal | undefined;
}

/**
 * `attemptOn` is asked again after each conflict, because its records may have changed as well; `stop` ends
 * without a commit. `justRead` saves the first read to a caller that has the record.
 */
export async function runCommand(
  ports: Ports,
  issueId: string,
  attemptOn: (record: ReleaseRecord) => Promise<Attempt | 'stop'>,
  justRead?: ReleaseRecord,
): Promise<CommandResult> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const isFirst = attempt === 1 && justRead !== undefined;
    const record = isFirst ? justRead : await ports.store.get('release', issueId);
    if (!record) throw new Error(`There is no release ${issueId}.`);
    const attempted = await attemptOn(record);
    if (attempted === 'stop') return { kind: 'done', record, world: null };

    const world = await loadWorld(ports, record);
    const { command, objection, ...more } = attempted;
    const decision = decide(record.state, command, world.facts);
    if (decision.kind === 'refused')
      return { kind: 'refused', refusals: decision.refusals, record, world };
    if (objection) return { kind: 'refused', refusals: [objection], record, world };
    if (decision.events.length === 0 && Object.keys(more).length === 0)
      return { kind: 'done', record, world: null };
    const result = await commit(ports, {
      record,
      world,
      events: decision.events,
      texts: decision.texts,
      ...more,
    });
    if (result === 'done') return { kind: 'done', record, world };
  }
  throw new TooMuchContention(`Release ${issueId}`);
}
