import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { createExchange } from '../../agent/exchange';

const DEADLINES = { appConnectSeconds: 1, appFirstByteSeconds: 0.3, appTotalSeconds: 0.6 };
const message = { headers: { 'webhook-id': 'one' }, body: '{"v":1}' };
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      resolve(`http://127.0.0.1:${typeof bound === 'object' ? String(bound?.port) : ''}/x1/agent`);
    });
  });
}

describe('the exchange', () => {
  test('posts headers and body as they were signed, and brings status and body', async () => {
    let seen = '';
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        seen = `${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['webhook-id'])} ${body}`;
        response.writeHead(409).end('{"error":"stale"}');
      });
    });

    const answer = await createExchange(url, DEADLINES).post(message);

    expect(answer).toEqual({ kind: 'answered', status: 409, body: '{"error":"stale"}' });
    expect(seen).toBe('POST /x1/agent one {"v":1}');
  });

  test.each([
    ['says nothing', () => undefined, 'no answer within 0.3 s'],
    [
      'sends one byte and no more',
      (_request: unknown, response: { write(text: string): void }) => response.write('{'),
      'no complete answer within 0.6 s',
    ],
    [
      'sends without end',
      (_request: unknown, response: { write(text: string): void }) =>
        response.write('x'.repeat(2_000_000)),
      'its answer is longer than 1048576 bytes',
    ],
  ])('gives up on an app that %s', async (_name, listener, words) => {
    const url = await serve(listener);

    const answer = await createExchange(url, DEADLINES).post(message);

    expect(answer).toEqual({
      kind: 'unreachable',
      sentence: `The app at ${new URL(url).host} cannot be reached (${words}); check url in agent.yml and this machine's way to it.`,
    });
  });

  test('says so when nobody listens', async () => {
    const probe = createTcpServer();
    const port = await new Promise<number>((resolve) => {
      probe.listen(0, '127.0.0.1', () => {
        const bound = probe.address();
        resolve(typeof bound === 'object' ? (bound?.port ?? 0) : 0);
      });
    });
    await new Promise((resolve) => probe.close(resolve));

    const answer = await createExchange(`http://127.0.0.1:${port}/`, DEADLINES).post(message);

    expect(answer).toMatchObject({
      sentence: expect.stringMatching(/\(.*ECONNREFUSED.*\); check url/),
    });
  });

  test('follows no redirect', async () => {
    let calls = 0;
    const url = await serve((_request, response) => {
      calls += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });

    expect(await createExchange(url, DEADLINES).post(message)).toMatchObject({ status: 307 });
    expect(calls).toBe(1);
  });
});
