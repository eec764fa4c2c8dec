/** The journal's rows, parsed: what a file holds is believed only in the shape that was written. */
import { z } from 'zod';
import { parsedJson, TellableFailure, tellableOutcome } from './tellable';

const jsonOf = <Schema extends z.ZodType>(schema: Schema) =>
  z.string().transform((text, context): z.infer<Schema> => {
    const parsed = schema.safeParse(parsedJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: 'The JSON has another shape.' });
    return z.NEVER;
  });

const IntentJson = z.object({
  act: z.enum(['stage', 'activate', 'start', 'return-activate', 'return-start']),
  digest: z.string(),
  version: z.string(),
  failure: TellableFailure.exactOptional(),
});

export const IntentRow = z.object({
  seq: z.number(),
  job: z.string(),
  fence: z.number(),
  step: z.string(),
  host: z.string(),
  json: jsonOf(IntentJson),
  result: jsonOf(z.string()).nullable(),
});

export const JobRow = z.object({
  job: z.string(),
  fence: z.number(),
  state: z.enum(['open', 'finished', 'closed', 'dropped']),
  last_seq: z.number(),
  outcome: z
    .string()
    .transform((json) => tellableOutcome(parsedJson(json)))
    .nullable(),
});
export type JobRow = z.infer<typeof JobRow>;

export const OutboxRow = z.object({
  id: z.number(),
  seq: z.number().nullable(),
  kind: z.enum(['entry', 'finish']),
  json: z.string(),
});
export type OutboxRow = z.infer<typeof OutboxRow>;

export const IdentityRow = z.object({
  agent: z.string(),
  audience: z.string(),
  app_key: z.string(),
  url: z.string(),
});
