/** The app's real handlers behind HTTP, over ports in memory, in time with a clock. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { handleAgentCall } from '#app/handle-agent';
import type { AgentRequest } from '#app/agent-message';
import type { Clock } from '../../../agent/ports/clock';
import { setbacks, stored } from './compare-records';
import { answeredClaim } from './answered-claims';
import type { AnsweredClaim } from './answered-claims';
import type { MemoryPorts } from '../../support/memory-ports';

export interface ServedApp {
  readonly port: number;
  /** Sets the app's clock to what the hands show now. */
  keepTime(): void;
  /** Does what is queued, after whatever does it already. */
  drain(): Promise<void>;
  /** Resolves when another call has been answered. */
  answered(): Promise<void>;
  /** How often an agent has asked for work. */
  polls(): number;
  /** Jobs that a call has set back: their reports, their fence or their end. */
  readonly setbacks: readonly string[];
  /** Claims in the order in which they were answered; whether the answer has arrived or not. */
  readonly claims: readonly AnsweredClaim[];
  close(): Promise<void>;
}

/** Serves the agent's web trigger on a free port; `forgets`: after the first message with these words the store is restored from a backup. */
export async function serveHandlers(
  ports: MemoryPorts,
  clock: Clock,
  forgets?: string,
): Promise<ServedApp> {
  let isForgetful = forgets !== undefined;
  const found: string[] = [];
  const claims: AnsweredClaim[] = [];
  let polls = 0;
  const waiting = new Set<() => void>();
  let turn: Promise<void> = Promise.resolve();
  const keepTime = (): void => {
    const behind = Math.floor(clock.wallMilliseconds() / 1_000) - ports.clock.now();
    if (behind > 0) ports.pass(behind);
  };
  const drain = (): Promise<void> => {
    turn = turn.then(() => ports.drain());
    return turn;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    // Cut on its way: nobody has called.
    if (body === undefined) return;
    keepTime();
    const { method = '', headersDistinct } = request;
    const headers = Object.fromEntries(
      Object.entries(headersDistinct).map(([name, values = []]) => [name, values]),
    );
    const called: AgentRequest = { method, headers, body };
    const before = stored(ports.memory, 'job');
    const backup = new Map(ports.memory.rows);
    const { status, body: data } = await handleAgentCall(ports, called);
    found.push(...setbacks(before, stored(ports.memory, 'job')));
    if (isForgetful && forgets !== undefined && body.includes(forgets)) {
      isForgetful = false;
      ports.memory.rows.clear();
      for (const [row, text] of backup) ports.memory.rows.set(row, text);
    }
    // What was refused for its signature or its form need be no message at all.
    const claim = ![200, 409, 410].includes(status) ? undefined : answeredClaim(body, data);
    if (claim) claims.push(claim);
    const text = JSON.stringify(data);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
    if (body.includes('"op":"poll"')) polls += 1;
    await drain();
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    port: typeof bound === 'object' ? (bound?.port ?? 0) : 0,
    keepTime,
    drain,
    answered: () =>
      new Promise((resolve) => {
        waiting.add(resolve);
      }),
    polls: () => polls,
    setbacks: found,
    claims,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  let body = '';
  request.setEncoding('utf8');
  try {
    for await (const piece of request) body += String(piece);
  } catch {
    return undefined;
  }
  return body;
}
