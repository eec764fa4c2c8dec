/**
 * Makes three packages of a small web service: two that work, and one that starts and never gets healthy.
 *
 *   tsx demo/sample-package.ts <directory>
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { create } from 'tar';

export interface SamplePackage {
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
  /** Whether the service gets healthy. */
  readonly works: boolean;
}

const VERSIONS = [
  { version: '1.0.0', works: true },
  { version: '1.1.0', works: true },
  { version: '1.2.0', works: false },
];

/** Makes the packages `shop-<version>.tar.gz` in a directory; the same bytes every time. */
export async function makeSamplePackages(directory: string): Promise<readonly SamplePackage[]> {
  mkdirSync(directory, { recursive: true });
  return Promise.all(
    VERSIONS.map(async ({ version, works }) => {
      const file = join(directory, `shop-${version}.tar.gz`);
      await pack(file, version, service(works ? 200 : 500));
      const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
      return { version, file, sha256, works };
    }),
  );
}

async function pack(file: string, version: string, program: string): Promise<void> {
  const source = mkdtempSync(join(tmpdir(), 'shop-'));
  mkdirSync(join(source, 'bin'));
  writeFileSync(join(source, 'bin/run'), program);
  chmodSync(join(source, 'bin/run'), 0o755);
  writeFileSync(join(source, 'VERSION'), `${version}\n`);
  // Portable and with one date for all, so that the bytes depend on nothing but the content.
  const sameBytes = { gzip: { portable: true }, portable: true, mtime: new Date(0) };
  await create({ ...sameBytes, file, cwd: source }, ['VERSION', 'bin']);
  rmSync(source, { recursive: true });
}

/** The service: its version stands in its own package, its greeting in the configuration that came with it. */
const service = (healthStatus: number): string => `#!/usr/bin/env node
const { existsSync, readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const version = readFileSync(__dirname + '/../VERSION', 'utf8').trim();
const file = __dirname + '/../config/shop.json';
const config = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const greeting = config.greeting ?? 'Shop';
const answer = {
  '/healthz': [${healthStatus}, ${healthStatus === 200 ? "'ok'" : "'the database is missing'"}],
  '/version': [200, JSON.stringify({ version })],
  '/config': [200, JSON.stringify(config)],
};
createServer((request, response) => {
  const [status, body] = answer[request.url] ?? [200, '<h1>' + greeting + ' ' + version + '</h1>'];
  response.writeHead(status, { 'content-type': body.startsWith('<') ? 'text/html' : 'text/plain' });
  response.end(body + '\\n');
}).listen(Number(process.env.PORT), process.env.BIND_ADDRESS ?? '0.0.0.0');
`;

async function main(): Promise<void> {
  const [directory] = process.argv.slice(2);
  if (directory === undefined) throw new Error('sample-package needs a directory.');
  for (const { version, file, sha256 } of await makeSamplePackages(directory)) {
    process.stdout.write(`${version} ${sha256} ${file}\n`);
  }
}

if (require.main === module) void main();
