/** The real @forge/kvs of this process, over Local Jira's key-value service with the entities of our manifest. */
import { DatabaseSync } from 'node:sqlite';
import { resolve } from 'node:path';
import { heldClock } from '../../local/clock';
import { readManifest } from '../../local/manifest';
import { createKvs, type KvsParts } from '../../local/services/kvs/index';

/** Entities with their attributes and indexes, as Forge would read them. */
export function manifestEntities(): KvsParts['entities'] {
  const outcome = readManifest(resolve(__dirname, '../..'));
  if (outcome.kind === 'refused') throw new Error(outcome.problems.join('\n'));
  return outcome.manifest.entities;
}

export type Fetch = (
  target: object,
  path: string,
  init: { readonly method?: string; readonly body?: string },
) => Promise<Response>;

const OF_THE_TEST = { appId: 'app-of-the-test', environmentId: 'environment-of-the-test' };

/** Sets what the Forge SDK stands on for everything that this process does from now on. */
export function installForge(fetch: Fetch, { appId, environmentId } = OF_THE_TEST): void {
  Object.assign(globalThis, {
    __forge_fetch__: fetch,
    __forge_runtime__: {
      appContext: {
        appId,
        environmentId,
        installationId: 'installation-of-the-test',
      },
      contextAri: 'ari:cloud:jira::site/test',
      lambdaContext: { getRemainingTimeInMillis: () => 25_000 },
      metrics: {
        counter: () => ({ incr: () => undefined }),
        timing: () => ({ measure: () => ({ stop: () => undefined }) }),
      },
    },
  });
}

/** A fresh key-value service behind the SDK; `parts` makes it ruder. */
export function installKvs(parts: Partial<KvsParts> = {}) {
  const clock = heldClock(1_000_000);
  const kvs = createKvs({
    database: new DatabaseSync(':memory:'),
    clock,
    entities: manifestEntities(),
    allowed: true,
    staleMs: () => 0,
    expiredKeptMs: () => 0,
    mishap: () => undefined,
    ...parts,
  });
  const fetch: Fetch = async (_target, path, init) => {
    const { status, body } = await kvs.handle({
      method: init.method ?? 'GET',
      path,
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(init.body ?? ''),
      actor: { kind: 'app', accountId: 'app' },
    });
    return new Response(body === undefined ? null : JSON.stringify(body), { status });
  };
  installForge(fetch);
  return { clock };
}
