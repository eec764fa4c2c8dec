/** Carries messages to the web trigger over HTTP, with a deadline for each phase. */
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Exchange, RawAnswer, SignedMessage } from './app-client';
import type { Limits } from './config';

/** Longest answer that is read; the app's own limit is a quarter of it. */
const ANSWER_MAX_BYTES = 1024 * 1024;

type Deadlines = Pick<Limits, 'appConnectSeconds' | 'appFirstByteSeconds' | 'appTotalSeconds'>;

/** The way to one web trigger. Connections stay open between messages. */
export function createExchange(url: string, deadlines: Deadlines): Exchange {
  const target = new URL(url);
  const isSecure = target.protocol === 'https:';
  const request = isSecure ? requestHttps : requestHttp;
  const agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });

  const post = ({ headers, body }: SignedMessage): Promise<RawAnswer> =>
    new Promise((resolve) => {
      const timers: NodeJS.Timeout[] = [];
      const end = (answer: RawAnswer): void => {
        timers.forEach(clearTimeout);
        resolve(answer);
      };
      const fail = (why: string): void =>
        end({
          kind: 'unreachable',
          sentence: `The app at ${target.host} cannot be reached (${why}); check url in agent.yml and this machine's way to it.`,
        });

      const options: RequestOptions = {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      };
      const sent = request(target, options, (response) => {
        clearTimeout(firstByte);
        const pieces: Buffer[] = [];
        let size = 0;
        response.on('data', (piece: Buffer) => {
          size += piece.length;
          if (size <= ANSWER_MAX_BYTES) pieces.push(piece);
          else sent.destroy(new Error(`its answer is longer than ${ANSWER_MAX_BYTES} bytes`));
        });
        response.on('error', (error) => fail(error.message));
        response.on('end', () => {
          const body = Buffer.concat(pieces).toString();
          // Node always sets the status of a response that a client received.
          end({ kind: 'answered', status: response.statusCode!, body });
        });
      });
      const giveUp = (seconds: number, what: string): NodeJS.Timeout => {
        const late = new Error(`${what} within ${seconds} s`);
        const timer = setTimeout(() => sent.destroy(late), seconds * 1_000);
        timers.push(timer);
        return timer;
      };
      const connect = giveUp(deadlines.appConnectSeconds, 'no connection');
      const firstByte = giveUp(deadlines.appFirstByteSeconds, 'no answer');
      giveUp(deadlines.appTotalSeconds, 'no complete answer');
      sent.on('socket', (socket) => {
        if (!socket.connecting) clearTimeout(connect);
        else socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(connect));
      });
      sent.on('error', (error) => fail(error.message));
      sent.end(body);
    });

  return { post };
}
