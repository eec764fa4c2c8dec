/** The door of the demo's database: who connects, to which database, and whether the password is right. */
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Source of the numbers and shapes: PostgreSQL's documentation, «Message Formats». */
const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;
const PROTOCOL_3 = 196_608;
const STARTUP_MAX_BYTES = 10_000;

export interface Account {
  readonly user: string;
  readonly password: string;
}

export interface Guest {
  readonly database: string;
  /** The startup message as it arrived, for the engine behind the door. */
  readonly startup: Buffer;
}

/** Lets a connection in that knows user and password of one of the databases; ends any other with PostgreSQL's words. */
export async function admit(
  socket: Socket,
  account: Account,
  databases: readonly string[],
): Promise<Guest | undefined> {
  const startup = await readStartup(socket);
  if (startup === undefined) {
    refuse(socket, '08P01', 'This is no PostgreSQL client.');
    return undefined;
  }
  const { user = '', database = user } = parametersOf(startup);
  socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
  const password = await readPassword(socket);
  if (user !== account.user || !isEqual(password, account.password)) {
    refuse(socket, '28P01', `password authentication failed for user "${user}"`);
    return undefined;
  }
  if (!databases.includes(database)) {
    refuse(socket, '3D000', `database "${database}" does not exist`);
    return undefined;
  }
  return { database, startup };
}

async function readStartup(socket: Socket): Promise<Buffer | undefined> {
  const head = await read(socket, 8);
  if (head === undefined) return undefined;
  const [length, code] = [head.readInt32BE(0), head.readInt32BE(4)];
  if (code === SSL_REQUEST) {
    socket.write('N');
    return readStartup(socket);
  }
  if (code === CANCEL_REQUEST || code !== PROTOCOL_3) return undefined;
  if (length < 9 || length > STARTUP_MAX_BYTES) return undefined;
  const rest = await read(socket, length - 8);
  return rest && Buffer.concat([head, rest]);
}

/** Names and values, each ended by a zero byte. */
function parametersOf(startup: Buffer): Readonly<Record<string, string>> {
  const words = startup.subarray(8).toString('utf8').split('\0');
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < words.length; at += 2)
    pairs.push([words[at] ?? '', words[at + 1] ?? '']);
  return Object.fromEntries(pairs);
}

async function readPassword(socket: Socket): Promise<string> {
  const head = await read(socket, 5);
  if (head === undefined || head[0] !== 0x70) return '';
  const length = head.readInt32BE(1) - 4;
  if (length < 1 || length > STARTUP_MAX_BYTES) return '';
  const body = await read(socket, length);
  return body?.subarray(0, -1).toString('utf8') ?? '';
}

const isEqual = (one: string, other: string): boolean =>
  Buffer.byteLength(one) === Buffer.byteLength(other) &&
  timingSafeEqual(Buffer.from(one), Buffer.from(other));

function refuse(socket: Socket, code: string, words: string): void {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${words}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  socket.end(Buffer.concat([head, fields]));
}

/** Exactly so many bytes; undefined when the connection ends before. */
async function read(socket: Socket, bytes: number): Promise<Buffer | undefined> {
  for (;;) {
    // A socket without an encoding gives buffers.
    const chunk: unknown = socket.read(bytes);
    if (chunk instanceof Buffer) return chunk.length === bytes ? chunk : undefined;
    if (socket.readableEnded || socket.destroyed) return undefined;
    await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')]);
  }
}
