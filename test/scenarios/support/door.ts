/** A door between an agent and the app: while it is shut, nothing gets through and nothing gets back. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface Door {
  /** The app's address as it is reached through the door. */
  readonly url: string;
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** Opens a door to an address. */
export async function openDoor(url: string): Promise<Door> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isShut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((inward) => {
    keep(inward);
    if (isShut) {
      inward.destroy();
      return;
    }
    const outward = connect(Number(target.port), target.hostname);
    keep(outward);
    inward.pipe(outward).pipe(inward);
    inward.on('close', () => outward.destroy());
    outward.on('close', () => inward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const through = new URL(url);
  through.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: through.href,
    shut: () => {
      isShut = true;
      cut();
    },
    open: () => {
      isShut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
