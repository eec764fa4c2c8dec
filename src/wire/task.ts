/** Later work, as it travels through the queue. */
import { z } from 'zod';

const issueId = z.string().min(1);

export const TaskSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('work-outbox'), issueId }),
  z.object({ type: z.literal('reconcile'), issueId }),
  z.object({ type: z.literal('recheck'), issueId }),
  z.object({ type: z.literal('refresh-project'), project: z.string().min(1) }),
]);
