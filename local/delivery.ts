/**
 * Asynchronous calls: late, doubled, lost and out of order as the knobs say, and kept in SQLite until they are done, so
 * that a killed host delivers after its restart: at least once, never exactly once.
 */
import type { DatabaseSync } from 'node:sqlite';
import { drawMs, happens, type SeededChance } from './chance';
import { json, text, whole, type Row } from './columns';
import type { Rudeness } from './faults';
import type { Clock, Log } from './services/service';

export interface Parcel {
  readonly id: number;
  readonly payload: unknown;
  /** When it was handed over first. */
  readonly sentMs: number;
}

export type Received =
  | { readonly kind: 'delivered' }
  /** Not yet: the same parcel comes again, with this payload. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly payload: unknown };

export interface Lane {
  /** What happens to parcels on the way, asked for each one. */
  rudeness(): Rudeness;
  receive(parcel: Parcel): Promise<Received>;
}

export interface Delivery {
  /** Says who receives a lane. Parcels left from before the restart wait until `start`. */
  open(lane: string, receiver: Lane): void;
  send(lane: string, payload: unknown, delayMs?: number): void;
  start(): void;
  /** Parcels on the way, and parcels being received. */
  readonly counts: () => { readonly waiting: number; readonly running: number };
  readonly stop: () => void;
}

export interface DeliveryParts {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly chance: SeededChance;
  readonly log: Log;
}

export function createDelivery({ database, clock, chance, log }: DeliveryParts): Delivery {
  database.exec(`
    CREATE TABLE IF NOT EXISTS delivery_parcel (
      id INTEGER PRIMARY KEY, lane TEXT NOT NULL, payload TEXT NOT NULL,
      due_ms INTEGER NOT NULL, sent_ms INTEGER NOT NULL
    )`);
  const insert = database.prepare(
    'INSERT INTO delivery_parcel (lane, payload, due_ms, sent_ms) VALUES (?, ?, ?, ?) RETURNING *',
  );
  const postpone = database.prepare(
    'UPDATE delivery_parcel SET payload = ?, due_ms = ? WHERE id = ? RETURNING *',
  );
  const remove = database.prepare('DELETE FROM delivery_parcel WHERE id = ?');
  const count = database.prepare('SELECT count(*) AS parcels FROM delivery_parcel');

  const lanes = new Map<string, Lane>();
  const dice = new Map<string, SeededChance>();
  let running = 0;
  let stopped = false;
  let started = false;

  const laneOf = (name: string): Lane => {
    const lane = lanes.get(name);
    if (lane === undefined) throw new Error(`Nobody receives the lane ${name}.`);
    return lane;
  };

  const diceOf = (name: string): SeededChance => {
    const own = dice.get(name) ?? chance.fork(name);
    dice.set(name, own);
    return own;
  };

  const schedule = (row: Row) => {
    if (started) clock.after(whole(row, 'due_ms') - clock.now(), () => void hand(row));
  };

  const hand = async (row: Row) => {
    if (stopped) return;
    const parcel = {
      id: whole(row, 'id'),
      payload: json(row, 'payload'),
      sentMs: whole(row, 'sent_ms'),
    };
    running += 1;
    try {
      const received = await laneOf(text(row, 'lane')).receive(parcel);
      settle(parcel, received);
    } catch (error) {
      log(
        `A parcel of ${text(row, 'lane')} failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
      );
    } finally {
      running -= 1;
    }
  };

  const settle = ({ id }: Parcel, received: Received) => {
    // Whatever ended while the host stopped counts as not done: it comes again after the restart.
    if (stopped) return;
    if (received.kind === 'delivered') {
      remove.run(id);
      return;
    }
    const row = postpone.get(JSON.stringify(received.payload), clock.now() + received.afterMs, id);
    if (row !== undefined) schedule(row);
  };

  const dispatch = (lane: string, payload: unknown, delayMs: number) => {
    const { leastMs, mostMs } = laneOf(lane).rudeness();
    const dueMs = clock.now() + delayMs + drawMs(diceOf(lane), leastMs, mostMs);
    const row = insert.get(lane, JSON.stringify(payload), dueMs, clock.now());
    if (row !== undefined) schedule(row);
  };

  return {
    open: (name, lane) => void lanes.set(name, lane),
    send(lane, payload, delayMs = 0) {
      const { lost, doubled } = laneOf(lane).rudeness();
      // Both dice are thrown for every parcel, so that turning one knob does not shift the other's luck.
      const isLost = happens(diceOf(`${lane}/lost`), lost);
      const isDoubled = happens(diceOf(`${lane}/doubled`), doubled);
      if (isLost) {
        log(`Rude: an event of ${lane} was lost.`);
        return;
      }
      dispatch(lane, payload, delayMs);
      if (!isDoubled) return;
      log(`Rude: an event of ${lane} is delivered twice.`);
      dispatch(lane, payload, delayMs);
    },
    start() {
      started = true;
      for (const row of database
        .prepare('SELECT * FROM delivery_parcel ORDER BY due_ms, id')
        .all()) {
        schedule(row);
      }
    },
    counts: () => ({ waiting: whole(count.get() ?? {}, 'parcels') - running, running }),
    stop() {
      stopped = true;
    },
  };
}
