/**
 * The seams inside Local Jira: what each service gets, and what it gives.
 * A service never imports another one; `local/host.ts` joins them.
 */
import type { DatabaseSync } from 'node:sqlite';

/** One request as a service sees it, whoever sent it: the app through the Forge proxy, or a person's client. */
export interface ServiceRequest {
  readonly method: string;
  /** Path without host and query, percent-encoding kept. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The raw body; empty when there was none. */
  readonly body: Buffer;
  readonly actor: Actor;
}

/** On whose behalf a request acts. The app's own account has an account id too. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'app'; readonly accountId: string }
  | { readonly kind: 'user'; readonly accountId: string; readonly throughApp: boolean };

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is a Buffer. Absent for 204. */
  readonly body?: unknown;
}

export type Handle = (request: ServiceRequest) => Promise<ServiceResponse>;

/** Time as the whole host sees it; the virtual clock moves only when a test says so. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `task` once `delayMs` have passed; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

/** Chance, from a seed, so that a rude run can be repeated. */
export interface Chance {
  /** In [0, 1). */
  next(): number;
}

/** A call of one app function that Jira waits for. */
export interface FunctionCall {
  readonly moduleKey: string;
  readonly moduleType: string;
  readonly functionKey: string;
  readonly payload: unknown;
  /** The person on whose behalf Forge runs the function; absent where Forge gives none. */
  readonly accountId?: string;
  /** Past it the worker is killed. */
  readonly deadlineSeconds: number;
}

export type FunctionOutcome =
  | { readonly kind: 'returned'; readonly value: unknown; readonly milliseconds: number }
  | { readonly kind: 'threw'; readonly name: string; readonly message: string }
  | { readonly kind: 'timed-out'; readonly deadlineSeconds: number }
  | { readonly kind: 'crashed'; readonly message: string };

/** How Jira reaches the installed app. */
export interface App {
  /** Modules of one type as the manifest declares them, e.g. `jira:workflowValidator`. */
  modules(type: string): readonly AppModule[];
  /** Calls a function and waits; nested calls are allowed. */
  call(call: FunctionCall): Promise<FunctionOutcome>;
  /** Hands an asynchronous event over: late, at least once, unordered, as the rude defaults say. */
  deliver(event: AppEvent): void;
  /** The ARI of a module: `ari:cloud:ecosystem::extension/{appId}/{environmentId}/static/{moduleKey}`. */
  moduleAri(moduleKey: string): string;
  /** The app's own account in Jira. */
  readonly accountId: string;
}

export interface AppModule {
  readonly key: string;
  readonly type: string;
  /** Everything the manifest says about the module. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface AppEvent {
  readonly kind: 'post-function' | 'product-event';
  readonly moduleKey: string;
  readonly moduleType: string;
  readonly functionKey: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly accountId?: string;
}

/** One line for the console of `npm start`; a sentence, without a stack. */
export type Log = (line: string) => void;

/** What the host gives to a Jira. */
export interface JiraParts {
  /** Shared with the other services: every table of Jira's is named `jira_…`. */
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly app: App;
  /** Origin of the site, without a slash at the end. The host listens before Jira is made. */
  readonly siteUrl: string;
  /** Origin of the app's pages, which stand in frames on Jira's; without it there are none. */
  readonly pagesUrl?: string;
  /** The id of the site: part of every event's context. */
  readonly cloudId: string;
  /** How old the picture is that a search sees; without it Jira keeps its rude default. */
  readonly searchStaleMs?: () => number;
  readonly log: Log;
}

/** Why a page of the app stands where it stands: an issue view, a project page, or the whole site. */
export interface Place {
  readonly issueKey?: string;
  readonly projectKey?: string;
}

/** A place as the platform writes it into a module's trusted context. */
export interface PlaceContext {
  readonly issue?: {
    readonly id: string;
    readonly key: string;
    readonly type: string;
    readonly typeId: string;
  };
  readonly project?: { readonly id: string; readonly key: string; readonly type: string };
}

export type Lookup =
  { readonly kind: 'found'; readonly context: PlaceContext } | { readonly kind: 'hidden' };

/** What the host asks of a Jira: made by `createJira(parts: JiraParts): JiraService`. */
export interface JiraService {
  /** Everything on the site origin that is not the host's own: `/rest/…`, `/secure/…`, `/login`, pages. */
  readonly handle: Handle;
  /** Who sends this request: basic auth (email and API token) or the site's session cookie. */
  authenticate(headers: Readonly<Record<string, string>>): Actor;
  /** Holds the global permission *Administer Jira*. */
  isAdmin(accountId: string): boolean;
  /** Looks a place up as that person; `hidden` when it does not exist or may not be browsed. */
  locate(accountId: string, place: Place): Lookup;
  /** Ends timers and streams, so that the process can end. */
  stop(): void;
}
