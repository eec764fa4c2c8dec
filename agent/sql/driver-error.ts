/** What a driver throws, as code and words. */
import { z } from 'zod';

const Thrown = z.object({
  code: z.union([z.string(), z.number()]).catch(''),
  message: z.string().catch(''),
});

/** Several addresses that all refuse have a code and no words of their own. */
export function saidBy(cause: unknown): { readonly code: string; readonly reason: string } {
  const read = Thrown.safeParse(cause);
  if (!read.success) return { code: '', reason: String(cause) };
  const code = String(read.data.code);
  return { code, reason: read.data.message === '' ? code : read.data.message };
}
