/** The three streams of a running command: what it says is kept in bounds, what it asks for is sent. */
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OUTPUT_MAX_CHARS } from './transport';
import type { Input } from './transport';

export interface Streams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface Conversation {
  stdout(): string;
  stderr(): string;
  /** Resolves with what went wrong while the input was read here; undefined while nothing did. */
  readonly inputFailed: Promise<string>;
}

/** Listens to a command and feeds it. */
export function converse(
  { stdin, stdout, stderr }: Streams,
  input: Input | undefined,
): Conversation {
  const said = keepText(stdout);
  const complained = keepText(stderr);
  let failInput: (why: string) => void = () => undefined;
  const inputFailed = new Promise<string>((resolve) => {
    failInput = resolve;
  });
  // A command that ends without reading everything breaks the pipe; its exit code says why.
  stdin.on('error', () => undefined);

  const feed = (): void => {
    if (!input) {
      stdin.end();
      return;
    }
    const source = Readable.from(tellingFailure(input.read(), failInput));
    pipeline(source, stdin).catch(() => undefined);
  };
  if (input?.afterLine === undefined) feed();
  else {
    firstLine(stdout, (line) => {
      if (line === input.afterLine) feed();
      else stdin.end();
    });
  }
  return { stdout: said, stderr: complained, inputFailed };
}

/** Collects text up to the limit; what comes after is read and forgotten, so that nobody blocks. */
function keepText(stream: Readable): () => string {
  const decoder = new TextDecoder();
  let text = '';
  stream.on('data', (bytes: Buffer) => {
    const room = OUTPUT_MAX_CHARS - text.length;
    if (room > 0) text += decoder.decode(bytes, { stream: true }).slice(0, room);
  });
  return () => text;
}

function firstLine(stream: Readable, take: (line: string | null) => void): void {
  let text = '';
  const look = (bytes: Buffer): void => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\n');
    if (end < 0) return;
    stream.off('data', look);
    take(text.slice(0, end));
  };
  stream.on('data', look);
  stream.on('end', () => {
    if (!text.includes('\n')) take(null);
  });
}

/** The same pieces; what goes wrong in their reading is told, what goes wrong in their writing is not. */
async function* tellingFailure(
  pieces: AsyncIterable<Uint8Array>,
  tell: (why: string) => void,
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((cause: unknown) => {
        tell(cause instanceof Error ? cause.message : String(cause));
        throw cause;
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
