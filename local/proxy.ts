/**
 * The Forge proxy on 127.0.0.1: everything that a running function asks of the platform passes here. The token says
 * which invocation asks; scopes are enforced from the manifest against Atlassian's OpenAPI.
 */
import type { MayCall } from './egress';
import { listen, type HttpRequest, type HttpResponse, type Listener } from './http';
import type { Installation } from './installation';
import { whileWaiting, type Invocation, type Invocations } from './invocation';
import { EGRESS_PER_MINUTE } from './limits';
import { callJiraInScope, type ScopedJiraParts } from './scoped-jira';
import type { Actor, ServiceRequest, ServiceResponse } from './services/service';

/** A service that a function reaches through the proxy. */
export type Capability = (
  request: ServiceRequest,
  invocation: Invocation,
) => Promise<ServiceResponse>;

export interface ProxyParts extends ScopedJiraParts {
  readonly invocations: Invocations;
  readonly installation: Installation;
  readonly mayCall: MayCall;
  readonly kvs: Capability;
  readonly stargate: Capability;
}

const PROVIDER = /^\/fpp\/provider\/(app|user|none)\/remote\/([a-z]+)(?:\/account\/([^/]+))?$/;
const CAPABILITY = /^\/fpp\/as\/app\/provider\/atlassian\/capability\/([a-z]+)$/;

/** Starts it on a port of the system's choice. */
export function startProxy(parts: ProxyParts): Promise<Listener> {
  return listen(0, (request) => answer(parts, request));
}

async function answer(parts: ProxyParts, request: HttpRequest): Promise<HttpResponse> {
  const token = (request.headers['forge-proxy-authorization'] ?? '').replace(/^Bearer /, '');
  const invocation = parts.invocations.holderOf(token);
  if (invocation === undefined) return proxyError(401, 'UNAUTHORIZED');
  const target = request.headers['forge-proxy-target'] ?? '/';
  const route = decodeURIComponent(request.url.pathname);

  if (route === '/egress') return egress(parts, invocation, target);
  const capability = CAPABILITY.exec(route)?.[1];
  if (capability === 'kvs')
    return parts.kvs(toService(request, target, appActor(parts)), invocation);
  const [, provider, remote, account] = PROVIDER.exec(route) ?? [];
  const actor = actorOf(parts, invocation, provider, account);
  if (actor === 'nobody') return proxyError(401, 'NEEDS_AUTHENTICATION_ERR');
  if (actor === undefined) return parts.gaps.report(`the proxy route ${route}`);
  if (remote === 'jira') return jira(parts, invocation, toService(request, target, actor));
  if (remote === 'stargate') return parts.stargate(toService(request, target, actor), invocation);
  return parts.gaps.report(`the proxy route ${route}`);
}

function proxyError(status: number, code: string): HttpResponse {
  return { status, headers: { 'forge-proxy-error': code }, body: {} };
}

function appActor({ installation }: ProxyParts): Actor {
  return { kind: 'app', accountId: installation.accountId };
}

/** `asUser` needs the person of this invocation; acting for another person (offline) is not modelled. */
function actorOf(
  parts: ProxyParts,
  { accountId }: Invocation,
  provider: string | undefined,
  account: string | undefined,
): Actor | 'nobody' | undefined {
  if (provider === 'app') return appActor(parts);
  if (provider !== 'user') return undefined;
  if (account !== undefined && account !== accountId) return undefined;
  return accountId === undefined ? 'nobody' : { kind: 'user', accountId, throughApp: true };
}

function toService(request: HttpRequest, target: string, actor: Actor): ServiceRequest {
  const [path = '/', query] = target.split('?', 2);
  return {
    method: request.method,
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    body: request.body,
    actor,
  };
}

async function jira(
  parts: ProxyParts,
  invocation: Invocation,
  request: ServiceRequest,
): Promise<HttpResponse> {
  invocation.usage.jiraCalls += 1;
  return whileWaiting(invocation, () => callJiraInScope(parts, request));
}

async function egress(
  { mayCall, gaps }: ProxyParts,
  invocation: Invocation,
  url: string,
): Promise<HttpResponse> {
  invocation.usage.egressCalls += 1;
  const most = EGRESS_PER_MINUTE * Math.ceil(invocation.deadlineSeconds / 60);
  if (invocation.usage.egressCalls > most) return proxyError(429, 'EGRESS_RATE_LIMITED');
  if (!mayCall(url)) return proxyError(403, 'BLOCKED_EGRESS');
  return gaps.report(
    `a call to ${new URL(url).host}: this host reaches nothing outside the machine`,
  );
}
