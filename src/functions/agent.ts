/** The web trigger that agents call. */
import { z } from 'zod';
import { handleAgentCall } from '#app/handle-agent';
import { portsOf } from '#forge/ports';

/**
 * Source: developer.atlassian.com/platform/forge/runtime-reference/web-trigger (read 2026-11-20). Whoever calls in
 * another shape is a stranger, not a crash.
 */
const Request = z.object({
  method: z.string().catch(''),
  headers: z.record(z.string(), z.array(z.string())).catch({}),
  body: z.string().catch(''),
});

interface WebTriggerAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

export async function agent(payload: unknown, context: unknown): Promise<WebTriggerAnswer> {
  const { method, headers, body } = Request.parse(payload);
  const answer = await handleAgentCall(portsOf(context), {
    method,
    headers: lowerCased(headers),
    body,
  });
  return {
    statusCode: answer.status,
    headers: {
      'content-type': [answer.status === 200 ? 'application/json' : 'application/problem+json'],
    },
    body: JSON.stringify(answer.body),
  };
}

/** HTTP writes header names as it likes; values of the same name are joined. */
function lowerCased(
  headers: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  const joined = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    joined.set(lower, [...(joined.get(lower) ?? []), ...values]);
  }
  return Object.fromEntries(joined);
}
