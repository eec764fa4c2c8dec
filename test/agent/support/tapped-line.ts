/** A line to a database that is cut at a chosen word of the client's, before or after the server hears it. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { DatabaseRule } from '../../../agent/sql/database-rule';

export interface TappedLine {
  /** Leads to the database through the line. */
  readonly rule: DatabaseRule;
  /** Resolves once the word has come by; nothing passes the line any more. */
  readonly cut: Promise<void>;
  /** Ends all connections, as a dead machine's do; later ones pass untouched. */
  hangUp(): void;
  close(): void;
}

/** Holds back everything from the message on that has the word; `heard`: the server gets it, and its answer is lost. */
export async function tapLine(
  target: DatabaseRule,
  word: RegExp,
  moment: 'unheard' | 'heard',
): Promise<TappedLine> {
  let isCut = false;
  let isOver = false;
  let tellCut = (): void => undefined;
  const cut = new Promise<void>((resolve) => (tellCut = resolve));
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(target.port, target.host);
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(socket);
      // Both ends break off on purpose.
      socket.on('error', () => undefined);
      socket.once('close', () => other.destroy());
    }
    client.on('data', (bytes) => {
      const isWord = !isOver && word.test(bytes.toString('latin1'));
      if (isWord) isCut = true;
      if (isOver || !isCut || (isWord && moment === 'heard')) database.write(bytes);
      if (isWord && moment === 'unheard') tellCut();
    });
    database.on('data', (bytes) => {
      if (isOver || !isCut) client.write(bytes);
      // What the server says now is its answer to the word.
      else tellCut();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  const hangUp = (): void => {
    isOver = true;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    rule: { ...target, host: '127.0.0.1', port },
    cut,
    hangUp,
    close: () => {
      hangUp();
      server.close();
    },
  };
}
