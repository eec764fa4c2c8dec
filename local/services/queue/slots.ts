/** Concurrency keys: how many events of one key run at a time. Source: async-events-api, Controlling concurrency. */

export interface Slots {
  /** Waits until one more may run under the key; the answer gives the slot back. */
  enter(key: string, limit: number): Promise<() => void>;
}

export function createSlots(): Slots {
  const taken = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();

  const leave = (key: string) => {
    taken.set(key, (taken.get(key) ?? 1) - 1);
    waiting.get(key)?.shift()?.();
  };

  return {
    async enter(key, limit) {
      while ((taken.get(key) ?? 0) >= limit) {
        await new Promise<void>((settle) =>
          waiting.set(key, [...(waiting.get(key) ?? []), settle]),
        );
      }
      taken.set(key, (taken.get(key) ?? 0) + 1);
      return () => leave(key);
    },
  };
}
