/**
 * Stands in for Atlassian's runtime wrapper, which is not published: the globals that the Forge SDK stands on.
 * Their shapes were read in @forge/api 8.3.0, @forge/kvs 1.6.5 and @forge/events 3.0.8; the routes below the globals
 * are those of the Forge proxy as public harnesses show them.
 */
'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');
const { readdirSync } = require('node:fs');
const path = require('node:path');

const invocations = new AsyncLocalStorage();
const nativeFetch = globalThis.fetch;
const CAPABILITY = '/fpp/as/app/provider/atlassian/capability';

Object.defineProperty(global, '__forge_runtime__', {
  configurable: true,
  get: () => invocations.getStore(),
});

function routeOf(target) {
  switch (target.type) {
    case 'fpp': {
      const account =
        target.provider === 'user' && target.accountId !== undefined
          ? `/account/${encodeURIComponent(target.accountId)}`
          : '';
      return `/fpp/provider/${target.provider}/remote/${target.remote}${account}`;
    }
    case 'kvs':
    case 'sql':
    case 'os':
    case 'realtime':
      return `${CAPABILITY}/${target.type}`;
    case 'egress':
      return '/egress';
    default:
      return `/unknown/${encodeURIComponent(String(target.type))}`;
  }
}

global.__forge_fetch__ = async (target, pathAndQuery, init = {}) => {
  const runtime = invocations.getStore();
  if (runtime === undefined) throw new Error('Forge runtime not found.');
  const headers = new Headers(init.headers);
  headers.set('forge-proxy-authorization', `Bearer ${runtime.proxy.token}`);
  headers.set('forge-proxy-target', pathAndQuery);
  const { method, body, signal } = init;
  return nativeFetch(new URL(routeOf(target), runtime.proxy.url), {
    method,
    body,
    signal,
    headers,
  });
};

// Installed before the app loads: @forge/api keeps the `fetch` that it finds at import.
// A blocked host comes back as a response with the header forge-proxy-error, not as an exception.
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  return global.__forge_fetch__({ type: 'egress' }, request.url, {
    method: request.method,
    headers: request.headers,
    signal: request.signal,
    ...(hasBody ? { body: Buffer.from(await request.arrayBuffer()) } : {}),
  });
};

// The SDK counts its calls; nothing here reads the counts, but without these it would crash.
const counter = { incr() {}, incrBy() {}, decr() {}, decrBy() {} };
const metrics = {
  counter: () => counter,
  timing: () => ({ measure: () => ({ stop() {} }) }),
  gauge: () => ({ set() {} }),
};

// The host's clock may be ahead of the machine's; the app then lives in the host's time.
const RealDate = Date;
let aheadMs = 0;
const now = () => RealDate.now() + aheadMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, parts, newTarget) =>
    Reflect.construct(target, parts.length === 0 ? [now()] : parts, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, property) => (property === 'now' ? now : Reflect.get(target, property)),
});

const LEVELS = { debug: 20, log: 30, info: 30, warn: 40, error: 50 };

function printable(argument) {
  if (argument instanceof Error) {
    return { name: argument.name, message: argument.message, stack: argument.stack };
  }
  try {
    return JSON.parse(JSON.stringify(argument) ?? 'null');
  } catch {
    return String(argument);
  }
}

for (const [method, logLevel] of Object.entries(LEVELS)) {
  console[method] = (...args) => {
    const invocationId = invocations.getStore()?.appContext.invocationId;
    const line = JSON.stringify({ invocationId, logLevel, logArguments: args.map(printable) });
    process.stdout.write(`${line}\n`);
  };
}

const modules = new Map();

function load(directory, name) {
  if (!modules.has(name)) modules.set(name, require(path.join(directory, `${name}.cjs`)));
  return modules.get(name);
}

/** Loads each module of the app; answers what it exports, or why it could not be loaded. */
exports.warm = (directory) => {
  const names = readdirSync(directory)
    .filter((file) => file.endsWith('.cjs') && !file.startsWith('__forge'))
    .map((file) => file.slice(0, -'.cjs'.length));
  return names.map((name) => {
    try {
      return { name, functions: Object.keys(load(directory, name)) };
    } catch (error) {
      return { name, problem: String(error?.message ?? error) };
    }
  });
};

exports.invoke = (directory, event, lambdaContext) => {
  const { _meta: meta, handler, body } = event;
  aheadMs = meta.clockAheadMs ?? 0;
  const runtime = {
    appContext: meta.appContext,
    contextAri: meta.contextAri,
    aaid: meta.aaid,
    proxy: meta.proxy,
    tracing: meta.tracing,
    realtime: {},
    lambdaContext,
    metrics,
    featureFlags: () => false,
    container: { appCodeDir: directory },
    isEcosystemApp: true,
  };
  return invocations.run(runtime, async () => {
    try {
      const [name, exported] = handler.split('.');
      const target = load(directory, name)[exported];
      if (typeof target !== 'function') throw new Error(`${handler} is not a function.`);
      const context = {
        installContext: meta.contextAri,
        ...(meta.aaid === undefined ? {} : { principal: { accountId: meta.aaid } }),
        ...(meta.appContext.installation === undefined
          ? {}
          : { installation: meta.appContext.installation }),
      };
      const result = await target(body, context);
      const answer = result === undefined ? undefined : JSON.parse(JSON.stringify(result));
      return { success: true, body: answer };
    } catch (error) {
      return {
        success: false,
        error: {
          errorType: String(error?.name ?? 'Error'),
          errorMessage: String(error?.message ?? error),
          stack: String(error?.stack ?? ''),
        },
      };
    }
  });
};
