/** The key-value store alone, on a clock that a test holds. */
import { DatabaseSync } from 'node:sqlite';
import { heldClock } from '../../local/clock';
import type { Entity } from '../../local/manifest';
import { createKvs, type KvsParts } from '../../local/services/kvs/index';

const TICKET: Entity = {
  name: 'ticket',
  attributes: {
    project: { type: 'string' },
    status: { type: 'string' },
    version: { type: 'integer' },
    weight: { type: 'float' },
    open: { type: 'boolean' },
    notes: { type: 'any' },
  },
  indexes: [
    'status',
    { name: 'by-project', partition: ['project'], range: ['version'] },
    { name: 'by-open', partition: ['open'] },
  ],
};

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export function createSmallStore(parts: Partial<KvsParts> = {}) {
  const clock = heldClock(1_000_000);
  const kvs = createKvs({
    database: new DatabaseSync(':memory:'),
    clock,
    entities: [TICKET],
    allowed: true,
    staleMs: () => 0,
    expiredKeptMs: () => 0,
    mishap: () => undefined,
    ...parts,
  });
  const ask = async (path: string, body: unknown): Promise<Answer> => {
    const { status, body: answer } = await kvs.handle({
      method: 'POST',
      path: `/api/v1/${path}`,
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
      actor: { kind: 'app', accountId: 'app' },
    });
    return { status, body: answer };
  };
  return {
    clock,
    ask,
    set: (key: string, value: unknown, options?: object) => ask('set', { key, value, options }),
    get: (key: string) => ask('get', { key }),
    put: (key: string, value: unknown, options?: object) =>
      ask('entity/set', { entityName: 'ticket', key, value, options }),
    pick: (key: string) => ask('entity/get', { entityName: 'ticket', key }),
    list: (request: object) => ask('entity/query', { entityName: 'ticket', ...request }),
    transact: (request: object) => ask('transaction', request),
  };
}

/** The values of a list, in its order. */
export function keysOf({ body }: Answer): string[] {
  return (body as { data: { key: string }[] }).data.map(({ key }) => key);
}
