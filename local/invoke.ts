/** Calls one function of the app: payload limits, a token of its own, a worker, a deadline, and one closed outcome. */
import { randomBytes } from 'node:crypto';
import type { FunctionLog } from './function-log';
import type { Installation } from './installation';
import { isNested, type Invocation, type Invocations } from './invocation';
import { PAYLOAD_MAX_BYTES } from './limits';
import type { Manifest } from './manifest';
import type { FunctionCall, FunctionOutcome, Log } from './services/service';
import type { WorkerAnswer } from './worker';
import type { WorkerPool } from './workers';

export interface InvokerParts {
  readonly manifest: Manifest;
  readonly installation: Installation;
  readonly workers: WorkerPool;
  readonly invocations: Invocations;
  readonly functionLog: FunctionLog;
  readonly proxyUrl: string;
  readonly aheadMs: () => number;
  readonly log: Log;
}

export interface Call extends FunctionCall {
  /** Nobody waits for the answer: events, queues, schedules. */
  readonly background?: boolean;
  readonly queueDepth?: number;
}

/** One finished call, for people and tests that count. */
export interface CallRecord {
  readonly functionKey: string;
  readonly moduleKey: string;
  readonly outcome: FunctionOutcome['kind'];
  readonly milliseconds: number;
  readonly usage: Invocation['usage'];
}

export interface Invoker {
  call(call: Call): Promise<FunctionOutcome>;
  /** The latest calls, oldest first. */
  readonly recent: () => readonly CallRecord[];
}

const RECENT_MAX = 500;

export function createInvoker(parts: InvokerParts): Invoker {
  const recent: CallRecord[] = [];
  return {
    async call(call) {
      const handler = parts.manifest.functions.get(call.functionKey)?.handler;
      if (handler === undefined) {
        return threw('UnknownFunction', `The manifest declares no function "${call.functionKey}".`);
      }
      const tooLarge = sizeProblem('payload', call.payload);
      if (tooLarge !== undefined) return tooLarge;

      const startedMs = performance.now();
      const { outcome, usage } = await run(parts, call, handler);
      const milliseconds = performance.now() - startedMs;
      recent.push({
        functionKey: call.functionKey,
        moduleKey: call.moduleKey,
        outcome: outcome.kind,
        milliseconds,
        usage,
      });
      if (recent.length > RECENT_MAX) recent.shift();
      return outcome.kind === 'returned' ? { ...outcome, milliseconds } : outcome;
    },
    recent: () => [...recent],
  };
}

async function run(parts: InvokerParts, call: Call, handler: string) {
  const { functionKey, moduleKey, moduleType, accountId, deadlineSeconds, queueDepth = 0 } = call;
  const invocation = parts.invocations.begin({
    functionKey,
    moduleKey,
    moduleType,
    accountId,
    deadlineSeconds,
    queueDepth,
  });
  parts.functionLog.begin(invocation.id, functionKey, deadlineSeconds);
  try {
    const event = { handler, body: call.payload, variables: [], _meta: metaOf(parts, invocation) };
    const urgency = call.background === true ? 'background' : isNested() ? 'nested' : 'waiting';
    const answer = await parts.workers.run(event, deadlineSeconds * 1_000, urgency);
    const outcome = toOutcome(answer, deadlineSeconds);
    report(parts.log, functionKey, answer);
    return { outcome, usage: { ...invocation.usage } };
  } finally {
    parts.invocations.end(invocation);
    // Lines still under way in the pipe belong to it; they arrive within one turn of the loop.
    setImmediate(() => parts.functionLog.end(invocation.id));
  }
}

/** What the runtime wrapper puts under the SDK. Source: @forge/api 8.3.0, out/api/runtime.js. */
function metaOf(
  { installation, manifest, proxyUrl, aheadMs }: InvokerParts,
  invocation: Invocation,
) {
  return {
    aaid: invocation.accountId,
    contextAri: installation.contextAri,
    clockAheadMs: aheadMs(),
    proxy: { token: invocation.token, url: proxyUrl },
    tracing: { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') },
    appContext: {
      appId: installation.appId,
      appVersion: installation.appVersion,
      environmentId: installation.environmentId,
      environmentType: installation.environmentType,
      installationId: installation.installationId,
      invocationId: invocation.id,
      functionKey: invocation.functionKey,
      moduleKey: invocation.moduleKey,
      moduleType: invocation.moduleType,
      permissions: { scopes: manifest.scopes, external: manifest.external ?? {} },
    },
  };
}

function toOutcome(answer: WorkerAnswer, deadlineSeconds: number): FunctionOutcome {
  switch (answer.kind) {
    case 'returned':
      return sizeProblem('answer', answer.value) ?? { ...answer, milliseconds: 0 };
    case 'threw':
      return threw(answer.name, answer.message);
    case 'timed-out':
      return { kind: 'timed-out', deadlineSeconds };
    case 'crashed':
      return answer;
  }
}

function sizeProblem(what: 'payload' | 'answer', value: unknown): FunctionOutcome | undefined {
  const bytes = value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
  if (bytes <= PAYLOAD_MAX_BYTES) return undefined;
  return threw(
    'PayloadTooLarge',
    `The function's ${what} has ${bytes} bytes; Forge allows ${PAYLOAD_MAX_BYTES}.`,
  );
}

function threw(name: string, message: string): FunctionOutcome {
  return { kind: 'threw', name, message };
}

function report(log: Log, functionKey: string, answer: WorkerAnswer): void {
  if (answer.kind === 'threw') log(`[${functionKey}] threw ${answer.stack}`);
  if (answer.kind === 'timed-out') log(`[${functionKey}] was stopped at its deadline.`);
  if (answer.kind === 'crashed') log(`[${functionKey}] crashed: ${answer.message}`);
}
