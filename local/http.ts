/** Between node:http and what services speak. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ServiceResponse } from './services/service';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case, repeated headers joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names as sent, in order. */
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export interface HttpResponse extends Omit<ServiceResponse, 'headers'> {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Listener {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Longest request body that is read at all; every limit of a service is below it. */
const BODY_MAX_BYTES = 32 * 1_024 * 1_024;
/** A worker keeps its connection between invocations; closing it under a request would look like a fault. */
const KEEP_ALIVE_SECONDS = 120;

/** Listens on this machine only. */
export async function listen(
  port: number,
  answer: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<Listener> {
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing, answer));
  server.keepAliveTimeout = KEEP_ALIVE_SECONDS * 1_000;
  await new Promise<void>((settle, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', settle);
  });
  return { port: portOf(server), stop: () => close(server) };
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<void> {
  try {
    const body = await readBody(incoming);
    send(outgoing, body === undefined ? { status: 413 } : await answer(toRequest(incoming, body)));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(
      `${incoming.method ?? ''} ${incoming.url ?? ''} failed: ${error instanceof Error ? (error.stack ?? message) : message}`,
    );
    if (!outgoing.headersSent)
      send(outgoing, { status: 500, body: { errorMessages: ['Internal server error'] } });
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= BODY_MAX_BYTES) chunks.push(chunk);
  }
  return bytes <= BODY_MAX_BYTES ? Buffer.concat(chunks) : undefined;
}

function toRequest(incoming: IncomingMessage, body: Buffer): HttpRequest {
  const rawHeaders = pairs(incoming.rawHeaders);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return { method: incoming.method ?? 'GET', url, headers, rawHeaders, body };
}

function pairs(flat: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    result.push([flat[index] ?? '', flat[index + 1] ?? '']);
  }
  return result;
}

function send(outgoing: ServerResponse, { status, headers = {}, body }: HttpResponse): void {
  const content =
    body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  if (content !== body) outgoing.setHeader('content-type', 'application/json;charset=UTF-8');
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  outgoing.writeHead(status);
  outgoing.end(content);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((settle) => {
    server.close(() => settle());
    server.closeAllConnections();
  });
}
