/** A TCP proxy between an agent and its app that spoils one chosen message: lost, halved, doubled, stalled. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Where the line is cut: before the request has arrived whole; after it, so that its answer is lost; in the
 * middle of the answer; the same bytes twice, the second time over a connection of their own; past the deadline.
 */
export const CUTS = ['before', 'after', 'half-answer', 'doubled', 'stalled'] as const;
export type Cut = (typeof CUTS)[number];

/** What befalls which message. */
export interface Fault {
  readonly cut: Cut;
  readonly op: string;
  /** Which message of that operation, from 1. */
  readonly occurrence: number;
  /** Chooses between the ways in which a line breaks. */
  readonly chance: () => number;
  /** Longer than the agent waits for an answer. */
  readonly stallMilliseconds: number;
}

export interface FaultProxy {
  readonly port: number;
  /** How many messages of each operation have come by. */
  readonly seen: ReadonlyMap<string, number>;
  /** Whether the fault has struck. */
  struck(): boolean;
  /** Resolves when nothing that was held back is still to arrive. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The way to the app on this port of this machine, with one fault on it or none. */
export async function startFaultProxy(appPort: number, fault?: Fault): Promise<FaultProxy> {
  const seen = new Map<string, number>();
  const sockets = new Set<Socket>();
  const late = new Set<Promise<unknown>>();
  let struck = false;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Lines break here on purpose.
    socket.on('error', () => undefined);
    return socket;
  };
  /** Brings a request to the app over a connection of its own; its whole answer, or none. */
  const deliver = (request: Buffer): Promise<Buffer | undefined> =>
    new Promise((resolve) => {
      const app = keep(connect(appPort, '127.0.0.1'));
      let received = Buffer.alloc(0);
      app.on('data', (bytes) => {
        received = Buffer.concat([received, bytes]);
        if (messageLength(received) === undefined) return;
        resolve(received);
        app.destroy();
      });
      app.once('close', () => resolve(undefined));
      app.write(request);
    });
  const cutOff = (client: Socket, { chance }: Fault): void => {
    if (chance() < 0.5) client.resetAndDestroy();
    else client.destroy();
  };
  const later = (work: Promise<unknown>): void => {
    late.add(work);
    void work.finally(() => late.delete(work));
  };

  const spoil = async (client: Socket, request: Buffer, chosen: Fault): Promise<void> => {
    const { cut, chance, stallMilliseconds } = chosen;
    switch (cut) {
      case 'before': {
        const app = keep(connect(appPort, '127.0.0.1'));
        const arrived = Math.floor(chance() * request.length);
        app.end(request.subarray(0, chance() < 0.5 ? 0 : arrived));
        cutOff(client, chosen);
        return;
      }
      case 'after':
        await deliver(request);
        cutOff(client, chosen);
        return;
      case 'half-answer': {
        const answer = (await deliver(request)) ?? Buffer.alloc(0);
        const half = answer.subarray(0, Math.ceil(chance() * (answer.length - 1)));
        client.write(half, () => client.destroy());
        return;
      }
      case 'doubled': {
        const wait = chance() < 0.5 ? 0 : chance() * 2 * stallMilliseconds;
        later(sleep(wait).then(() => deliver(request)));
        answerWith(client, await deliver(request));
        return;
      }
      case 'stalled': {
        // The request is late, or its answer is.
        if (chance() < 0.5) {
          const answer = await deliver(request);
          later(sleep(stallMilliseconds).then(() => answerWith(client, answer)));
        } else later(sleep(stallMilliseconds).then(() => deliver(request)));
      }
    }
  };
  const take = async (client: Socket, request: Buffer): Promise<void> => {
    const op = operationOf(request);
    const count = (seen.get(op) ?? 0) + 1;
    seen.set(op, count);
    if (!struck && op === fault?.op && count === fault.occurrence) {
      struck = true;
      return spoil(client, request, fault);
    }
    answerWith(client, await deliver(request));
  };

  const server = createServer((client) => {
    keep(client);
    let received = Buffer.alloc(0);
    client.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      for (
        let length = messageLength(received);
        length !== undefined;
        length = messageLength(received)
      ) {
        const request = received.subarray(0, length);
        received = received.subarray(length);
        later(take(client, request));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();

  return {
    port: typeof bound === 'object' ? (bound?.port ?? 0) : 0,
    seen,
    struck: () => struck,
    settled: async () => {
      while (late.size > 0) await Promise.all(late);
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** An app that fell silent takes its client with it. */
function answerWith(client: Socket, answer: Buffer | undefined): void {
  if (answer === undefined) client.destroy();
  else if (!client.destroyed) client.write(answer);
}

const BETWEEN = '\r\n\r\n';

/** How long the HTTP message at the beginning of the bytes is; undefined while it is not whole. */
function messageLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(BETWEEN);
  if (end < 0) return undefined;
  const [, length = '0'] =
    /^content-length: *(\d+)/im.exec(bytes.subarray(0, end).toString('latin1')) ?? [];
  const whole = end + BETWEEN.length + Number(length);
  return bytes.length < whole ? undefined : whole;
}

/** Both sides' messages say their operation in the envelope. */
function operationOf(request: Buffer): string {
  const body = request.subarray(request.indexOf(BETWEEN) + BETWEEN.length).toString();
  return /"op":"([a-z-]+)"/.exec(body)?.[1] ?? '';
}
