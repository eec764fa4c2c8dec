/** Local Jira behind a door that writes down every answer, for a client that is a process of its own. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';

export interface RecordedAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

export interface RecordedSite {
  readonly url: string;
  readonly answers: readonly RecordedAnswer[];
  stop(): Promise<void>;
}

/** Opens the door on a port of its own. */
export async function recordSite(siteUrl: string): Promise<RecordedSite> {
  const answers: RecordedAnswer[] = [];
  const server = createServer((request, response) => {
    void pass(siteUrl, request).then(({ method, path, answer, text }) => {
      answers.push({ method, path, status: answer.status, body: parse(text) });
      const type = answer.headers.get('content-type');
      response.writeHead(answer.status, type === null ? {} : { 'content-type': type });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    answers,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function pass(siteUrl: string, request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  const { method = 'GET', url = '/', headers } = request;
  const answer = await fetch(`${siteUrl}${url}`, {
    method,
    headers: {
      authorization: headers.authorization ?? '',
      accept: headers.accept ?? '*/*',
      'content-type': headers['content-type'] ?? 'application/json',
    },
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
  });
  const path = new URL(url, siteUrl).pathname;
  return { method, path, answer, text: await answer.text() };
}

const parse = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));
