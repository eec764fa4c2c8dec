/** Local Jira as a person's browser calls it: REST with an API token, and the bridge of the app's pages. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

export interface JiraClient {
  /** Sends a request and insists on success; throws with Jira's words otherwise. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Calls a resolver of the app as a page on this issue or project does. */
  invoke(call: PageCall): Promise<unknown>;
  readonly accountId: () => Promise<string>;
}

export interface PageCall {
  readonly module: 'release-panel' | 'release-control';
  readonly name: string;
  readonly payload?: unknown;
  readonly issueKey?: string;
  readonly projectKey?: string;
}

/** Jira or the app said no; the message is its own. */
export class JiraRefusal extends Error {
  readonly status: number;
  constructor(status: number, words: string) {
    super(words);
    this.name = 'JiraRefusal';
    this.status = status;
  }
}

/** Acts as one of Local Jira's people, e.g. `leader`. */
export function jiraAs(siteUrl: string, person: string): JiraClient {
  const authorization = `Basic ${Buffer.from(`${person}@example.com:local-${person}`).toString('base64')}`;

  const request = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${siteUrl}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json', accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new JiraRefusal(response.status, wordsOf(text));
    return text === '' ? undefined : JSON.parse(text);
  };

  return {
    request,
    invoke: async ({ module, name, payload, issueKey, projectKey }) => {
      const answer = await request('POST', '/gateway/forge/invoke', {
        moduleKey: module,
        functionKey: name,
        payload: payload ?? {},
        context: {
          ...(issueKey === undefined ? {} : { issueKey }),
          ...(projectKey === undefined ? {} : { projectKey }),
        },
      });
      return answerOf(Invoked.parse(answer).body);
    },
    accountId: async () =>
      z.object({ accountId: z.string() }).parse(await request('GET', '/rest/api/3/myself'))
        .accountId,
  };
}

const Invoked = z.object({ body: z.unknown() });

const Refusable = z.object({ kind: z.literal('refused'), sentence: z.string() });
const Answered = z.object({ kind: z.literal('answer'), answer: z.unknown() });

/** A resolver's reply: the answer itself; a refusal of any depth is an error here. */
function answerOf(body: unknown): unknown {
  const reply = Answered.safeParse(body);
  const answer = reply.success ? reply.data.answer : body;
  const refusal = Refusable.safeParse(answer);
  if (refusal.success) throw new JiraRefusal(400, refusal.data.sentence);
  return answer;
}

const JiraError = z.object({
  errorMessages: z.array(z.string()),
  errors: z.record(z.string(), z.string()).default({}),
});

function wordsOf(text: string): string {
  try {
    const { errorMessages, errors } = JiraError.parse(JSON.parse(text));
    return [
      ...errorMessages,
      ...Object.entries(errors).map(([field, words]) => `${field}: ${words}`),
    ].join(' ');
  } catch {
    return text.slice(0, 500);
  }
}

/** Asks again until the answer is there; throws what was waited for when the time is over. */
export async function waitFor<Found>(
  what: string,
  look: () => Promise<Found | undefined>,
  deadlineSeconds = 90,
  everyMilliseconds = 500,
): Promise<Found> {
  const end = performance.now() + deadlineSeconds * 1_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end)
      throw new Error(`Waited ${String(deadlineSeconds)} s in vain for ${what}.`);
    await sleep(everyMilliseconds);
  }
}
