/** The fake app behind a real web trigger: HTTP, envelopes, signatures. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import {
  AddKeyData,
  EnrollData,
  Envelope,
  FetchData,
  FinishData,
  HeartbeatData,
  LogData,
  ReportData,
} from '#wire/agent';
import { signedText } from '#wire/signature';
import { fingerprintOf, verifySignature } from '../../../agent/keys';
import type { AppClient, AppResult } from '../../../agent/ports/app';
import { IDENTITY } from './fake-app';

export interface AppServer {
  readonly url: string;
  /** The one-time code that enrollment takes. */
  readonly code: string;
  /** Messages whose signature was not the enrolled key's. */
  readonly forged: readonly string[];
  /** Everything that came, headers and bodies, byte for byte. */
  readonly received: readonly string[];
  close(): void;
}

const STATUS = {
  unauthorized: 401,
  pending: 403,
  stale: 409,
  gap: 409,
  taken: 409,
  gone: 410,
  invalid: 400,
  busy: 503,
};

/** Serves an app on a free port. */
export async function serveApp(app: AppClient): Promise<AppServer> {
  const code = 'c0de'.repeat(8);
  const forged: string[] = [];
  const received: string[] = [];
  let publicKey = '';
  const now = (): number => app.serverSeconds();

  const server = createServer((request, response) => {
    void read(request)
      .then((body) => answer(request, body))
      .then(({ status, data }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(data));
      });
  });

  async function answer(request: IncomingMessage, body: string) {
    received.push(`${request.rawHeaders.join('\n')}\n\n${body}`);
    const envelope = Envelope.parse(JSON.parse(body));
    const enrolling = envelope.op === 'enroll' ? EnrollData.parse(envelope.data) : undefined;
    if (enrolling) publicKey = enrolling.publicKey;
    const [id, timestamp] = [request.headers['webhook-id'], request.headers['webhook-timestamp']];
    const signature = String(request.headers['webhook-signature']).slice('v1a,'.length);
    if (!verifySignature(publicKey, signedText(String(id), String(timestamp), body), signature)) {
      forged.push(envelope.op);
      return { status: 401, data: { error: 'unauthorized', now: now() } };
    }
    if (enrolling) {
      if (enrolling.code !== code)
        return { status: 401, data: { error: 'unauthorized', now: now() } };
      const { agent, audience, appKey } = IDENTITY;
      const fingerprint = fingerprintOf(publicKey);
      return { status: 200, data: { now: now(), agent, audience, appKey, fingerprint } };
    }
    return toHttp(await serve(envelope));
  }

  function serve(envelope: Envelope): Promise<AppResult<object>> {
    const { job = '', fence = 0, seq = 0, data } = envelope;
    const ref = { job, fence };
    switch (envelope.op) {
      case 'poll':
        return app
          .poll()
          .then((result) =>
            result.kind === 'answered'
              ? { ...result, answer: { ...result.answer, speak: app.speaks() } }
              : result,
          );
      case 'claim':
        return app.claim(job, (data as { requestId: string }).requestId);
      case 'fetch':
        return app.fetch(ref, FetchData.parse(data).digest, FetchData.parse(data).offset);
      case 'heartbeat':
        return app.heartbeat(ref, HeartbeatData.parse(data).step);
      case 'report':
        return app.report(ref, seq, ReportData.parse(data).entries);
      case 'log':
        return app.log(ref, LogData.parse(data));
      case 'finish': {
        const { outcome, lostLines = 0, writtenLines = 0 } = FinishData.parse(data);
        return app.finish(ref, seq, outcome, { lostLines, writtenLines });
      }
      case 'add-key': {
        const { publicKey: next, proof } = AddKeyData.parse(data);
        return app.addKey(next, proof);
      }
      case 'enroll':
        throw new Error('Enrollment is answered before.');
    }
  }

  const toHttp = (result: AppResult<object>) => {
    if (result.kind === 'answered') return { status: 200, data: result.answer };
    if (result.kind === 'unreachable') return { status: 502, data: 'a proxy' };
    const { kind, ...error } = result;
    return { status: STATUS[error.error], data: { ...error, now: now(), kind } };
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/x1/agent`, code, forged, received, close };
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
}
