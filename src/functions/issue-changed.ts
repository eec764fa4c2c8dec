/** Jira tells that an issue was made or changed: of interest only where it may be a release that moved. */
import { z } from 'zod';
import type { InvocationError } from '@forge/events';
import type { Ports } from '#app/ports';
import { reconcile } from '#app/reconcile';
import { portsOf } from '#forge/ports';
import { retryLater } from '#forge/retry';

/** Source: developer.atlassian.com/platform/forge/events-reference/jira, issue events (read 2026-11-20). */
const Event = z.object({
  issue: z.object({
    id: z.coerce.string(),
    fields: z.object({
      issuetype: z.object({ id: z.coerce.string() }),
      project: z.object({ id: z.coerce.string() }),
    }),
  }),
  /** Absent when the issue was made. */
  changelog: z
    .object({ items: z.array(z.object({ fieldId: z.string().optional(), field: z.string() })) })
    .optional(),
});
type Event = z.infer<typeof Event>;

export async function issueChanged(
  payload: unknown,
  context: unknown,
): Promise<InvocationError | undefined> {
  const ports = portsOf(context);
  try {
    const event = Event.parse(payload);
    if (await isOfInterest(ports, event)) await reconcile(ports, event.issue.id);
    return undefined;
  } catch (error) {
    return retryLater(ports.log, 'Comparing a changed issue with its release', error);
  }
}

/** Costs at most one read: nearly all issues of a site are none of ours. */
async function isOfInterest(ports: Ports, { issue, changelog }: Event): Promise<boolean> {
  const changed = changelog?.items.map(({ fieldId, field }) => fieldId ?? field);
  if (changed === undefined || changed.includes('issuetype')) {
    const settings = await ports.store.get('policy', issue.fields.project.id);
    return settings?.workflow?.issueTypeId === issue.fields.issuetype.id;
  }
  const moved = changed.includes('status') || changed.includes('project');
  return moved && (await ports.store.get('release', issue.id)) !== undefined;
}
