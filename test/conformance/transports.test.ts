/** One suite for every way to reach a host: whoever runs commands runs them like this. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { localTransport } from '../../agent/transports/local';
import { connectSsh } from '../../agent/transports/ssh';
import type { Input, Transport } from '../../agent/transports/transport';
import { OUTPUT_MAX_CHARS } from '../../agent/transports/transport';
import type { SshHost } from '../../demo/ssh-host';
import { scratch } from '../agent/support/scratch';
import { aSshHost } from '../agent/support/ssh';

const directory = scratch();

const hosts: SshHost[] = [];
afterAll(() => Promise.all(hosts.map((host) => host.close())));

const transports = {
  local: async () => localTransport(),
  ssh: async () => {
    const { place, host } = await aSshHost(directory);
    hosts.push(host);
    const connection = await connectSsh(place);
    if (connection.kind === 'failed') throw new Error(connection.failure.sentence);
    return connection.transport;
  },
} as const satisfies Record<string, () => Promise<Transport>>;

const bytes = (...pieces: readonly Buffer[]): Input => ({
  read: async function* () {
    yield* pieces;
  },
});

describe.each(['local', 'ssh'] as const)('the %s transport', (name) => {
  let transport: Transport;
  beforeAll(async () => {
    transport = await transports[name]();
  });
  afterAll(() => transport.close());

  const run = (script: string, words: readonly string[] = [], input?: Input, seconds = 20) =>
    transport.run(['sh', '-c', script, 'sh', ...words], { seconds, ...(input && { input }) });

  test('brings exit code, stdout and stderr', async () => {
    expect(await run('echo out; echo err >&2; exit 7')).toEqual({
      kind: 'exited',
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test('passes words as they are, whatever they hold', async () => {
    const words = ["it's", '$(touch canary)', '-n', '', 'a\nb', '版本', '`id`', '\\'];

    const result = await run('printf "%s|" "$@"', words);

    expect(result).toMatchObject({ stdout: words.map((word) => `${word}|`).join(''), stderr: '' });
  });

  test('sends every byte of its input, and then its end', async () => {
    const pieces = Array.from({ length: 40 }, (_, index) => Buffer.alloc(100_000, index));
    const digest = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');

    const result = await run('sha256sum', [], bytes(...pieces));

    expect(result).toMatchObject({ exitCode: 0, stdout: `${digest}  -\n` });
  });

  test('gives a command without input an end at once', async () => {
    expect(await run('cat; echo done')).toMatchObject({ stdout: 'done\n' });
  });

  test('sends the input only after the line that asks for it', async () => {
    const input = { ...bytes(Buffer.from('package')), afterLine: 'send' };

    expect(await run('echo send; cat', [], input)).toMatchObject({ stdout: 'send\npackage' });
    expect(await run('echo have; cat', [], input)).toMatchObject({ stdout: 'have\n' });
    expect(await run('exit 5', [], input)).toMatchObject({ exitCode: 5, stdout: '' });
  });

  test('takes the exit code of a command that ends before it has read everything', async () => {
    const pieces = Array.from({ length: 100 }, () => Buffer.alloc(100_000));

    expect(await run('exit 65', [], bytes(...pieces))).toMatchObject({ exitCode: 65 });
  });

  test('keeps no more output than fits, in whole lines, and lets the command end', async () => {
    const line = `${'x'.repeat(99)}\n`;
    const result = await run('yes "$1" | head -c 1000000; echo end >&2', [line.trimEnd()]);

    expect(result).toMatchObject({ exitCode: 0, stderr: 'end\n' });
    const kept = line.repeat(Math.floor(OUTPUT_MAX_CHARS / line.length));
    expect(result.kind === 'exited' && result.stdout).toBe(kept);
  });

  test('loses the command when the input cannot be read', async () => {
    const input: Input = {
      read: async function* () {
        yield Buffer.from('half');
        throw new Error('the disk is gone');
      },
    };

    expect(await run('cat >/dev/null; sleep 30', [], input)).toEqual({
      kind: 'lost',
      sentence: 'the package could not be read (the disk is gone)',
    });
    transport = await transports[name]();
  });

  test('runs commands side by side', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => run('echo "$1"', [String(index)])),
    );

    expect(results.map((result) => (result.kind === 'exited' ? result.stdout.trim() : ''))).toEqual(
      ['0', '1', '2', '3', '4', '5', '6', '7'],
    );
  });

  test('leaves a service running that detached itself, and does not wait for it', async () => {
    const place = join(directory, `${name}-service`);

    const result = await run(
      'mkdir -p "$1"; setsid sh -c "sleep 0.3; echo alive >\"$1/mark\"" </dev/null >/dev/null 2>&1 & echo started',
      [place],
    );

    expect(result).toMatchObject({ stdout: 'started\n' });
    const seen = await run('until cat "$1/mark" 2>/dev/null; do sleep 0.05; done', [place]);
    expect(seen).toMatchObject({ stdout: 'alive\n' });
  });

  // The last one: over ssh, a command that does not end costs the connection.
  test('gives up on a command that takes too long', async () => {
    expect(await run('sleep 30', [], undefined, 0.3)).toEqual({
      kind: 'lost',
      sentence: 'it took longer than 0.3 s',
    });
  });
});
