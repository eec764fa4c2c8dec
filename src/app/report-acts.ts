/** What a report tells of acts becomes the next row of its job's chain, in the report's own transaction. */
import { headWith, nextActs } from '#core/act-chain';
import type { ActsHead, AgentAct, PlacedAct } from '#core/act-chain';
import type { ReportEntry } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import type { AgentCall } from './agent-call';
import type { Change, Ports } from './ports';

/** A row says who did what where; the job's log says the rest. */
const NOTE_MAX_CHARS = 200;

/** The key of a row of a job's acts: sorts as it counts. */
export const actsKey = (job: string, row: number): string =>
  `${job}.${String(row).padStart(5, '0')}`;

/** The acts of an entry, with where and when; its words are about the first. */
export const placedActs = (
  { at, step, host, note }: ReportEntry,
  acts: readonly AgentAct[],
): readonly PlacedAct[] =>
  acts.map((act, index) => ({
    ...act,
    at,
    step,
    place: host,
    ...(note !== '' && index === 0 && act.found !== true && { note: cut(note) }),
  }));

/** Where a character is cut in two, no half of it is left: a store may spell it anew. */
const cut = (text: string): string => text.slice(0, NOTE_MAX_CHARS).replace(/\p{Surrogate}$/u, '');

/** The row and what the job's record says of it; nothing where no act is fresh, or the job has no chain. */
export function actsChange(
  { audience, clock, crypto }: Ports,
  { agent }: Pick<AgentCall<unknown>, 'agent'>,
  { job, issueId, acts: before }: JobRecord,
  acts: readonly PlacedAct[],
): { readonly changes: readonly Change[]; readonly head?: ActsHead } {
  if (!before || acts.length === 0) return { changes: [] };
  const news = { audience, issueId, job, agent: agent.agentId, name: agent.name };
  const row = nextActs(before, { ...news, at: clock.now(), acts }, (text) => crypto.sha256(text));
  const record = { version: 1, ...row, acts: [...acts] };
  return {
    changes: [{ type: 'set', entity: 'acts', key: actsKey(job, row.row), record, expect: 'new' }],
    head: headWith(before, row),
  };
}
