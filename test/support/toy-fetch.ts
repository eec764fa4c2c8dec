/** What a test says Jira answers, and what the app asked. */
import { installForge } from './forge-kvs';

export interface ToyAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ToyCall {
  /** `app` or `user`. */
  readonly as: string;
  readonly request: string;
  readonly body: unknown;
}

/** Answers by `METHOD /path` without the query; a list of answers is given one by one. */
export function answerJira(
  answers: Readonly<Record<string, ToyAnswer | readonly ToyAnswer[]>>,
): readonly ToyCall[] {
  const calls: ToyCall[] = [];
  const left = new Map(Object.entries(answers).map(([key, value]) => [key, [value].flat()]));
  installForge(async (target, path, init) => {
    const request = `${init.method ?? 'GET'} ${path}`;
    const body: unknown = init.body === undefined ? undefined : JSON.parse(init.body);
    calls.push({ as: (target as { provider: string }).provider, request, body });
    const queue = left.get(request.replace(/\?.*$/, '')) ?? [];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (answer === undefined) throw new Error(`The test gives no answer to ${request}.`);
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
      status: answer.status,
      headers: answer.headers ?? {},
    });
  });
  return calls;
}
