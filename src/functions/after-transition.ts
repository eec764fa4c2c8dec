/** Jira has moved an issue: late, perhaps twice, perhaps never. */
import { z } from 'zod';
import type { InvocationError } from '@forge/events';
import { applyTransition } from '#app/apply-transition';
import { ChangelogItem, writtenText } from '#forge/jira-changelog';
import { portsOf } from '#forge/ports';
import { retryLater } from '#forge/retry';

/** Source: developer.atlassian.com/platform/forge/events-reference/jira, run post function event (read 2026-11-20). */
const Event = z.object({
  issue: z.object({ id: z.coerce.string() }),
  transition: z.object({ executionId: z.string() }),
  atlassianId: z.string().nullish(),
  changelog: z
    .object({
      id: z.coerce.string(),
      items: z.array(ChangelogItem).default([]),
    })
    .nullish(),
  configuration: z.object({ action: z.string(), reasonField: z.string().optional() }),
});

export async function afterTransition(
  payload: unknown,
  context: unknown,
): Promise<InvocationError | undefined> {
  const ports = portsOf(context);
  try {
    const { issue, transition, atlassianId, changelog, configuration } = Event.parse(payload);
    const reason = changelog?.items.find((item) => item['fieldId'] === configuration.reasonField);
    await applyTransition(ports, {
      issueId: issue.id,
      action: configuration.action,
      accountId: atlassianId ?? null,
      changelogId: changelog?.id ?? null,
      executionId: transition.executionId,
      reason: reason ? writtenText(reason) : null,
    });
    return undefined;
  } catch (error) {
    return retryLater(ports.log, 'Recording a transition', error);
  }
}
