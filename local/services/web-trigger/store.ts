/** The public addresses of web triggers: one per module, kept until the app deletes or renews it. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { text } from '../../columns';

export interface TriggerAddress {
  readonly id: string;
  readonly triggerKey: string;
}

export interface AddressStore {
  /** The address of a module, made at the first call. */
  of(triggerKey: string): string;
  renew(triggerKey: string): string;
  remove(id: string): boolean;
  find(id: string): string | undefined;
  all(): readonly TriggerAddress[];
}

export function createAddressStore(database: DatabaseSync): AddressStore {
  database.exec(
    'CREATE TABLE IF NOT EXISTS web_trigger (id TEXT PRIMARY KEY, trigger_key TEXT NOT NULL UNIQUE)',
  );
  const select = database.prepare('SELECT id FROM web_trigger WHERE trigger_key = ?');
  const insert = database.prepare(
    `INSERT INTO web_trigger (id, trigger_key) VALUES (?, ?)
     ON CONFLICT (trigger_key) DO UPDATE SET id = excluded.id`,
  );
  const erase = database.prepare('DELETE FROM web_trigger WHERE id = ?');
  const byId = database.prepare('SELECT trigger_key FROM web_trigger WHERE id = ?');
  const everything = database.prepare(
    'SELECT id, trigger_key FROM web_trigger ORDER BY trigger_key',
  );
  const renew = (triggerKey: string) => {
    const id = randomUUID();
    insert.run(id, triggerKey);
    return id;
  };
  return {
    of(triggerKey) {
      const row = select.get(triggerKey);
      return row === undefined ? renew(triggerKey) : text(row, 'id');
    },
    renew,
    remove: (id) => erase.run(id).changes > 0,
    find(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : text(row, 'trigger_key');
    },
    all: () =>
      everything
        .all()
        .map((row) => ({ id: text(row, 'id'), triggerKey: text(row, 'trigger_key') })),
  };
}
