/** The knobs of Local Jira's rudeness: what arrives late, twice or never, and what is refused. */
import { z } from 'zod';

const probability = z.number().min(0).max(1);
const milliseconds = z.number().int().min(0);
const channel = { leastMs: milliseconds, mostMs: milliseconds, doubled: probability };

export const Knobs = z.strictObject({
  postFunctions: z.strictObject({ ...channel, lost: probability }),
  productEvents: z.strictObject({ ...channel, lost: probability }),
  /** Never lost: Forge promises delivery at least once. */
  queue: z.strictObject(channel),
  schedules: z.strictObject(channel),
  /** How old the picture is that a query sees; `get` is always fresh. */
  queries: z.strictObject({ staleMs: milliseconds }),
  store: z.strictObject({
    conflict: probability,
    tooManyRequests: probability,
    serverError: probability,
    /** How long an expired value can still be read. Forge: up to 48 hours. */
    expiredKeptMs: milliseconds,
  }),
  jira: z.strictObject({
    tooManyRequests: probability,
    retryAfterSeconds: z.number().int().min(1),
    serverError: probability,
  }),
});
export type Knobs = z.infer<typeof Knobs>;

/** One lane of asynchronous calls, with everything that can happen to it. */
export interface Rudeness {
  readonly leastMs: number;
  readonly mostMs: number;
  readonly doubled: number;
  readonly lost: number;
}

/** The defaults: ruder than the real thing, so that nothing comes to rest on its kindness. */
export const RUDE: Knobs = {
  postFunctions: { leastMs: 200, mostMs: 1_500, doubled: 0.05, lost: 0.01 },
  productEvents: { leastMs: 1_000, mostMs: 10_000, doubled: 0.05, lost: 0.01 },
  queue: { leastMs: 50, mostMs: 500, doubled: 0.05 },
  schedules: { leastMs: 0, mostMs: 2_000, doubled: 0.05 },
  queries: { staleMs: 2_000 },
  store: { conflict: 0, tooManyRequests: 0, serverError: 0, expiredKeptMs: 48 * 3_600_000 },
  jira: { tooManyRequests: 0, retryAfterSeconds: 1, serverError: 0 },
};

/** Nothing is late, doubled, lost or stale. */
export const CALM: Knobs = {
  postFunctions: { leastMs: 0, mostMs: 0, doubled: 0, lost: 0 },
  productEvents: { leastMs: 0, mostMs: 0, doubled: 0, lost: 0 },
  queue: { leastMs: 0, mostMs: 0, doubled: 0 },
  schedules: { leastMs: 0, mostMs: 0, doubled: 0 },
  queries: { staleMs: 0 },
  store: { conflict: 0, tooManyRequests: 0, serverError: 0, expiredKeptMs: 0 },
  jira: { tooManyRequests: 0, retryAfterSeconds: 1, serverError: 0 },
};

const shape = Knobs.shape;
/** A change: a preset to begin with, if any, then single knobs. */
export const KnobChange = z.strictObject({
  preset: z.enum(['rude', 'calm']).optional(),
  postFunctions: shape.postFunctions.partial().optional(),
  productEvents: shape.productEvents.partial().optional(),
  queue: shape.queue.partial().optional(),
  schedules: shape.schedules.partial().optional(),
  queries: shape.queries.partial().optional(),
  store: shape.store.partial().optional(),
  jira: shape.jira.partial().optional(),
});
export type KnobChange = z.input<typeof KnobChange>;

export type Turned =
  | { readonly kind: 'turned'; readonly knobs: Knobs }
  | { readonly kind: 'refused'; readonly message: string };

export interface KnobBoard {
  current(): Knobs;
  /** Takes anything, since it comes over HTTP too, and refuses what is no change of knobs. */
  turn(change: unknown): Turned;
}

/** The knobs of one host, rude until turned. */
export function createKnobBoard(): KnobBoard {
  let knobs = RUDE;
  return {
    current: () => knobs,
    turn(input) {
      const change = KnobChange.safeParse(input);
      if (!change.success) {
        return {
          kind: 'refused',
          message: `The knobs were not turned: ${z.prettifyError(change.error)}`,
        };
      }
      knobs = turned(knobs, change.data);
      return { kind: 'turned', knobs };
    },
  };
}

function turned(before: Knobs, change: z.output<typeof KnobChange>): Knobs {
  const { preset, ...single } = change;
  const base = preset === undefined ? before : preset === 'calm' ? CALM : RUDE;
  return Knobs.parse({
    postFunctions: { ...base.postFunctions, ...single.postFunctions },
    productEvents: { ...base.productEvents, ...single.productEvents },
    queue: { ...base.queue, ...single.queue },
    schedules: { ...base.schedules, ...single.schedules },
    queries: { ...base.queries, ...single.queries },
    store: { ...base.store, ...single.store },
    jira: { ...base.jira, ...single.jira },
  });
}
