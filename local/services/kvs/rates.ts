/** How much one installation may read and write, counted as Forge counts: in started pieces of 10 KB. */
import type { Clock } from '../service';
import {
  KEY_WRITE_BYTES_PER_SECOND,
  READ_UNITS_PER_MINUTE,
  REQUESTS_PER_SECOND,
  UNIT_BYTES,
  WRITE_UNITS_PER_MINUTE,
} from './limits';

export interface Rates {
  /** False when the request is one too many. */
  admit(kind: 'read' | 'write', bytes: number): boolean;
  /** False when this key was written too much within this second. */
  admitKey(key: string, bytes: number): boolean;
}

export function createRates(clock: Clock): Rates {
  const requests = createWindow(clock, 1_000);
  const units = createWindow(clock, 60_000);
  const keyBytes = createWindow(clock, 1_000);
  return {
    admit(kind, bytes) {
      const amount = Math.max(1, Math.ceil(bytes / UNIT_BYTES));
      const most = kind === 'read' ? READ_UNITS_PER_MINUTE : WRITE_UNITS_PER_MINUTE;
      return requests.spend('all', 1, REQUESTS_PER_SECOND) && units.spend(kind, amount, most);
    },
    admitKey: (key, bytes) => keyBytes.spend(key, bytes, KEY_WRITE_BYTES_PER_SECOND),
  };
}

/** Counts per name, from zero in every window of time. */
function createWindow(clock: Clock, lengthMs: number) {
  const spent = new Map<string, number>();
  let current = 0;
  return {
    spend(name: string, amount: number, most: number): boolean {
      const window = Math.floor(clock.now() / lengthMs);
      if (window !== current) spent.clear();
      current = window;
      const total = (spent.get(name) ?? 0) + amount;
      if (total <= most) spent.set(name, total);
      return total <= most;
    },
  };
}
