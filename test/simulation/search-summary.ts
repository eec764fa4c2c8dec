/** What a search of many seeds tells a program. */
import { z } from 'zod';
import { PROTECTIONS } from './protections';

export const Summary = z.object({
  from: z.int(),
  seeds: z.int(),
  steps: z.int(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  /** Used after the last seed, in MB. */
  heapMegabytes: z.number(),
  /** SHA-256 over the digests of all traces. */
  digest: z.string(),
  counts: z.record(z.string(), z.int()),
  violations: z.array(
    z.object({
      seed: z.int(),
      invariant: z.string(),
      sentence: z.string(),
      story: z.string(),
    }),
  ),
});
export type Summary = z.infer<typeof Summary>;

/** What became of a search without one protection. */
export const Bite = z.object({
  protection: z.enum(PROTECTIONS),
  /** Null: no seed misses it. `clean`: with the protection on, the seed breaks nothing. */
  found: z
    .object({ seed: z.int(), invariant: z.string(), sentence: z.string(), clean: z.boolean() })
    .nullable(),
  /** Processor time. */
  cpuSeconds: z.number(),
});
export type Bite = z.infer<typeof Bite>;
