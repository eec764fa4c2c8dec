/** The three streams of a running command: what it says is kept in bounds, what it asks for is sent. */
import type { Readable, Writable } from 'node:stream';
import { OUTPUT_MAX_CHARS } from './transport';
import type { Input } from './transport';

export interface Streams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Waits until this process holds no more than a little of what was written; absent: it never does. */
  readonly drained?: () => Promise<void>;
}

export interface Conversation {
  stdout(): string;
  stderr(): string;
  /** Resolves with what went wrong while the input was read here; undefined while nothing did. */
  readonly inputFailed: Promise<string>;
}

/** Listens to a command and feeds it. */
export function converse(streams: Streams, input: Input | undefined): Conversation {
  const { stdin, stdout, stderr } = streams;
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
    void pour(tellingFailure(input.read(), failInput), streams);
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

/**
 * Collects text up to the limit; what comes after is read and forgotten, so that nobody blocks. So is a line that the limit
 * would cut: it could hold half a secret, which nobody would find.
 */
function keepText(stream: Readable): () => string {
  const decoder = new TextDecoder();
  let text = '';
  let isFull = false;
  stream.on('data', (bytes: Buffer) => {
    if (isFull) return;
    text += decoder.decode(bytes, { stream: true });
    if (text.length <= OUTPUT_MAX_CHARS) return;
    isFull = true;
    text = text.slice(0, text.slice(0, OUTPUT_MAX_CHARS).lastIndexOf('\n') + 1);
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

/**
 * Sends the pieces, each when the one before has left: a stream would read megabytes ahead of each slow host. A command
 * that has ended takes no more, and what could not be read to its end is given none.
 */
async function pour(pieces: AsyncIterable<Uint8Array>, { stdin, drained }: Streams): Promise<void> {
  let giveUp = (): void => undefined;
  stdin.once('close', () => giveUp());
  const isTaken = (piece: Uint8Array): Promise<boolean> =>
    new Promise((resolve) => {
      giveUp = () => resolve(false);
      stdin.write(piece, (error) => resolve(!error));
    });
  try {
    for await (const piece of pieces) {
      if (!(await isTaken(piece))) return;
      await drained?.();
    }
    stdin.end();
  } catch {
    // The reading failed, and that is told.
  }
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
