import { DatabaseSync } from 'node:sqlite';
import { createJira } from '../../local/services/jira/index';
import { contractErrors } from './jira-contract';
import type {
  Actor,
  App,
  AppEvent,
  AppModule,
  Clock,
  FunctionCall,
  FunctionOutcome,
  JiraService,
  ServiceResponse,
} from '../../local/services/service';

/** A clock that moves only when a test says so. */
export interface ToyClock extends Clock {
  pass(milliseconds: number): void;
}

function toyClock(startMs = Date.UTC(2026, 10, 20, 12)): ToyClock {
  let nowMs = startMs;
  let tasks: readonly { readonly dueMs: number; readonly task: () => void }[] = [];
  return {
    now: () => nowMs,
    after: (delayMs, task) => {
      const entry = { dueMs: nowMs + delayMs, task };
      tasks = [...tasks, entry];
      return () => {
        tasks = tasks.filter((other) => other !== entry);
      };
    },
    pass: (milliseconds) => {
      nowMs += milliseconds;
      const due = tasks.filter(({ dueMs }) => dueMs <= nowMs);
      tasks = tasks.filter(({ dueMs }) => dueMs > nowMs);
      for (const { task } of due) task();
    },
  };
}

/** What a test's app declares and does. */
export interface ToyAppPlan {
  readonly modules?: readonly AppModule[];
  /** Function key to what it answers; anything thrown is an app's throw. */
  readonly functions?: Readonly<Record<string, (call: FunctionCall) => unknown>>;
  /** Where its pages come from; without it Jira shows none. */
  readonly pagesUrl?: string;
}

export interface ToyApp extends App {
  readonly delivered: AppEvent[];
  readonly called: FunctionCall[];
}

export const TOY_APP_ACCOUNT = '557058:7f1f6a90-0000-4000-8000-000000000001';

function toyApp({ modules = [], functions = {} }: ToyAppPlan): ToyApp {
  const delivered: AppEvent[] = [];
  const called: FunctionCall[] = [];
  return {
    accountId: TOY_APP_ACCOUNT,
    delivered,
    called,
    modules: (type) => modules.filter((module) => module.type === type),
    moduleAri: (key) => `ari:cloud:ecosystem::extension/toy-app/toy-environment/static/${key}`,
    deliver: (event) => void delivered.push(event),
    call: async (call): Promise<FunctionOutcome> => {
      called.push(call);
      const run = functions[call.functionKey];
      if (run === undefined) return { kind: 'crashed', message: `no function ${call.functionKey}` };
      try {
        return { kind: 'returned', value: await run(call), milliseconds: 1 };
      } catch (failure) {
        const message = failure instanceof Error ? failure.message : String(failure);
        return { kind: 'threw', name: 'Error', message };
      }
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly text: string;
}

export interface ToyJira {
  readonly jira: JiraService;
  readonly app: ToyApp;
  readonly clock: ToyClock;
  readonly database: DatabaseSync;
  readonly logged: string[];
  /** A call of the REST API by a person with an API token. */
  as(name: string, method: string, path: string, body?: unknown): Promise<Answer>;
  /** A call that the app makes as itself, or on behalf of somebody. */
  asApp(method: string, path: string, body?: unknown, onBehalfOf?: string): Promise<Answer>;
  /** A request exactly as written. */
  send(request: ToyRequest): Promise<Answer>;
}

export interface ToyRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly actor?: Actor;
}

export const TOY_SITE = 'http://127.0.0.1:2990';

export function basic(name: string, token = `local-${name}`): string {
  return `Basic ${Buffer.from(`${name}@example.com:${token}`).toString('base64')}`;
}

export function toyJira(plan: ToyAppPlan = {}, database = new DatabaseSync(':memory:')): ToyJira {
  const clock = toyClock();
  const app = toyApp(plan);
  const logged: string[] = [];
  const jira = createJira({
    database,
    clock,
    chance: { next: () => 0.5 },
    app,
    siteUrl: TOY_SITE,
    ...(plan.pagesUrl === undefined ? {} : { pagesUrl: plan.pagesUrl }),
    cloudId: 'toy-cloud',
    log: (line) => void logged.push(line),
  });
  const send = async ({ method, path, headers = {}, body = '', actor }: ToyRequest) => {
    const url = new URL(path, TOY_SITE);
    const response = await jira.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: Buffer.from(body),
      actor: actor ?? jira.authenticate(headers),
    });
    const answer = answerOf(response);
    if (url.pathname.startsWith('/rest/')) {
      // Every answer that any test gets is compared with Atlassian's description.
      const errors = contractErrors(method, url.pathname, answer.status, answer.body);
      if (errors.length > 0) throw new Error(errors.join('\n'));
    }
    return answer;
  };
  const json = (body: unknown) => (body === undefined ? '' : JSON.stringify(body));
  return {
    jira,
    app,
    clock,
    database,
    logged,
    send,
    as: (name, method, path, body) =>
      send({ method, path, headers: { authorization: basic(name) }, body: json(body) }),
    asApp: (method, path, body, onBehalfOf) =>
      send({
        method,
        path,
        body: json(body),
        actor:
          onBehalfOf === undefined
            ? { kind: 'app', accountId: TOY_APP_ACCOUNT }
            : { kind: 'user', accountId: onBehalfOf, throughApp: true },
      }),
  };
}

/** The answer after its way over the wire. */
function answerOf({ status, headers = {}, body }: ServiceResponse): Answer {
  if (Buffer.isBuffer(body)) {
    return { status, headers, text: body.toString('utf8'), body: undefined };
  }
  const text = body === undefined ? '' : JSON.stringify(body);
  const parsed: unknown = text === '' ? undefined : JSON.parse(text);
  return { status, headers, text, body: parsed };
}
