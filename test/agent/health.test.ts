import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { machineClock } from '../../agent/clock';
import type { HostRule } from '../../agent/config';
import { createHealth } from '../../agent/health';

type Answer = (response: ServerResponse) => void;
const text =
  (status: number, body: string): Answer =>
  (response) =>
    void response.writeHead(status).end(body);

let answers: Record<string, Answer> = {};
const asked: string[] = [];
const server = createServer((request, response) => {
  const url = request.url ?? '';
  asked.push(`${url} ${request.headers.host ?? ''}`);
  (answers[url] ?? text(404, ''))(response);
});
let port = 0;

beforeAll(
  () =>
    new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const bound = server.address();
        port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
        resolve();
      });
    }),
);
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const health = createHealth(machineClock);

function look(
  of: Record<string, Answer>,
  { address = '127.0.0.1', probePorts = [port], versionPath = true } = {},
) {
  answers = of;
  const rule: HostRule = {
    transport: 'local',
    match: '127.0.0.0/8',
    environments: ['SIT'],
    basePath: '/srv',
    probePorts,
  };
  const host = { id: 'web-1', name: 'web-1', address, sshPort: 22, room: 'A' };
  const service = { port, healthPath: '/healthz', ...(versionPath && { versionPath: '/version' }) };
  return health.look({ host, rule }, service);
}

describe('a look at a service', () => {
  test.each([
    ['JSON', '{"version":"1.1.0"}'],
    ['text', '1.1.0\n'],
  ])('brings status, time and the version as %s', async (_form, body) => {
    expect(await look({ '/healthz': text(200, 'ok'), '/version': text(200, body) })).toEqual({
      kind: 'answered',
      healthy: true,
      status: 200,
      version: '1.1.0',
      milliseconds: expect.any(Number),
    });
  });

  test('asks for no version where the plan names no path', async () => {
    expect(await look({ '/healthz': text(204, '') }, { versionPath: false })).toMatchObject({
      healthy: true,
      version: null,
    });
  });

  test.each([500, 503, 404, 301])('%i is not healthy', async (status) => {
    expect(await look({ '/healthz': text(status, '') })).toMatchObject({ healthy: false, status });
  });

  test('follows no redirect', async () => {
    asked.length = 0;
    const redirect: Answer = (response) =>
      void response.writeHead(302, { location: `http://127.0.0.1:${port}/inside` }).end();

    expect(await look({ '/healthz': redirect, '/inside': text(200, 'ok') })).toMatchObject({
      healthy: false,
    });
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['/healthz']);
  });

  test.each(['{"version":7}', '{"other":"1"}', '{broken', ''])(
    'finds no version in %j',
    async (body) => {
      expect(await look({ '/healthz': text(200, ''), '/version': text(200, body) })).toMatchObject({
        version: null,
      });
    },
  );

  test('gives up on an endless answer', async () => {
    const endless: Answer = (response) => {
      response.writeHead(200);
      response.write('x'.repeat(70_000));
    };

    expect(await look({ '/healthz': endless })).toEqual({
      kind: 'silent',
      sentence: 'the answer to /healthz is longer than 65536 bytes',
    });
  });

  test('gives up on a service that does not answer in 5 s', async () => {
    expect(await look({ '/healthz': () => undefined })).toEqual({
      kind: 'silent',
      sentence: 'no answer to /healthz within 5 s',
    });
  }, 10_000);

  test('says that nobody listens', async () => {
    expect(await look({}, { address: '127.0.0.9' })).toMatchObject({
      kind: 'silent',
      sentence: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test.each(['169.254.169.254', '::ffff:169.254.169.254', '0.0.0.0'])(
    'never asks %s',
    async (address) => {
      expect(await look({}, { address })).toMatchObject({
        kind: 'refused',
        sentence: expect.stringContaining(address.replace('::ffff:', '')),
      });
    },
  );

  test('never asks a port that agent.yml does not name', async () => {
    asked.length = 0;

    expect(await look({ '/healthz': text(200, '') }, { probePorts: [1] })).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('add it to probePorts'),
    });
    expect(asked).toEqual([]);
  });
});
