/** A site that is only files: a web server reads them through `current` while releases come and go. */
import { expect, test } from '@jest/globals';
import { createServer, get } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hostHelper } from '../../../agent/host/helper-text';
import { openSession } from '../../../agent/host/host-session';
import { localTransport } from '../../../agent/transports/local';
import { aPackage, scratch } from '../support/scratch';

const directory = scratch();
const SWAPS = 12;

test('a page is there at every moment of a swap, whole, in the one or the other version [S0-60]', async () => {
  const basePath = join(directory, 'site');
  const options = { helper: hostHelper(), name: 'web-1', actSeconds: 30, releasesKept: 5 };
  const session = openSession(localTransport(), options);
  const releases = ['1.0.0', '1.1.0'].map((version) => ({
    version,
    packed: aPackage(directory, `site-${version}`, {
      'bin/start': '#!/bin/sh\n',
      'public/index.html': `${version}\n`.repeat(2_000),
    }),
  }));
  const order = (release: (typeof releases)[number] | undefined, fence: number) => ({
    basePath,
    job: `j.${fence}`,
    fence,
    digest: release?.packed.digest ?? '',
    version: release?.version ?? '',
  });
  for (const release of releases) {
    const { bytes, digest } = release.packed;
    await session.stage(order(release, 1), {
      sha256: digest,
      sizeBytes: bytes.length,
      unpackedBytes: 100_000,
      read: async function* () {
        yield bytes;
      },
      close: async () => undefined,
    });
  }
  await session.activate(order(releases[0], 1));

  const server = createServer((_request, answer) => {
    readFile(join(basePath, 'current/public/index.html')).then(
      (page) => answer.end(page),
      () => answer.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const seen = new Map<string, number>();
  let swapping = true;
  const visitor = async (): Promise<void> => {
    while (swapping) {
      const page = await fetchPage(port);
      seen.set(page, (seen.get(page) ?? 0) + 1);
    }
  };
  const visitors = Promise.all(Array.from({ length: 8 }, visitor));
  for (let swap = 1; swap <= SWAPS; swap += 1) {
    expect((await session.activate(order(releases[swap % 2], swap + 1))).kind).toBe('done');
  }
  swapping = false;
  await visitors;
  server.close();

  const wanted = releases.map(({ version }) => `200 ${`${version}\n`.repeat(2_000)}`);
  expect([...seen.keys()].sort()).toEqual(wanted.sort());
  expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100);
}, 60_000);

const fetchPage = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port }, (answer) => {
      let text = `${answer.statusCode} `;
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve(text));
    }).on('error', reject);
  });
