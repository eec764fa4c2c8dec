/**
 * Calls between a frame and the page around it, by postMessage. A function inside a payload or a result becomes a
 * function on the other side that calls back, as Forge's bridge needs it for callbacks and `unsubscribe`.
 */

/** What travels: plain data, with `{ forgeFunction: id }` in place of functions. */
export type Message =
  | {
      readonly bridge: 1;
      readonly kind: 'call';
      readonly id: number;
      readonly name: string;
      readonly payload: unknown;
    }
  | {
      readonly bridge: 1;
      readonly kind: 'run';
      readonly id: number;
      readonly of: number;
      readonly values: unknown;
    }
  | { readonly bridge: 1; readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly bridge: 1; readonly kind: 'failed'; readonly id: number; readonly message: string };

type Callback = (...values: unknown[]) => unknown;

export interface RemoteCalls {
  call(name: string, payload: unknown): Promise<unknown>;
  /** A message that has been checked for where it comes from. */
  receive(message: unknown): void;
}

/** One end; `answer` serves the calls of the other one. */
export function remoteCalls(
  post: (message: Message) => void,
  answer: (name: string, payload: unknown) => unknown,
): RemoteCalls {
  const callbacks = new Map<number, Callback>();
  const waiting = new Map<
    number,
    { readonly settle: (value: unknown) => void; readonly fail: (error: Error) => void }
  >();
  let lastId = 0;

  const ask = (message: (id: number) => Message): Promise<unknown> =>
    new Promise((settle, fail) => {
      const id = (lastId += 1);
      waiting.set(id, { settle, fail });
      post(message(id));
    });
  const pack = (value: unknown): unknown => {
    if (isCallback(value)) {
      const id = (lastId += 1);
      callbacks.set(id, value);
      return { forgeFunction: id };
    }
    return mapped(value, pack);
  };
  const unpack = (value: unknown): unknown => {
    if (isRecord(value) && typeof value['forgeFunction'] === 'number') {
      const of = value['forgeFunction'];
      return (...values: unknown[]) =>
        ask((id) => ({ bridge: 1, kind: 'run', id, of, values: values.map(pack) }));
    }
    return mapped(value, unpack);
  };
  const serve = async (id: number, work: () => unknown): Promise<void> => {
    try {
      post({ bridge: 1, kind: 'done', id, value: pack(await work()) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      post({ bridge: 1, kind: 'failed', id, message });
    }
  };
  const run = (of: number, values: unknown): unknown => {
    const callback = callbacks.get(of);
    if (callback === undefined) throw new Error('This callback does not exist.');
    return callback(...(Array.isArray(values) ? values.map(unpack) : []));
  };

  return {
    call: (name, payload) =>
      ask((id) => ({ bridge: 1, kind: 'call', id, name, payload: pack(payload) })),
    receive(message) {
      if (!isMessage(message)) return;
      switch (message.kind) {
        case 'call':
          void serve(message.id, () => answer(message.name, unpack(message.payload)));
          return;
        case 'run':
          void serve(message.id, () => run(message.of, message.values));
          return;
        case 'done':
          waiting.get(message.id)?.settle(unpack(message.value));
          break;
        case 'failed':
          waiting.get(message.id)?.fail(new Error(message.message));
          break;
      }
      waiting.delete(message.id);
    },
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}

/** Lists and plain objects with each member changed; everything else as it is, such as a Date. */
function mapped(value: unknown, change: (member: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (!isRecord(value) || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of any window's: Object.prototype of a frame is another one.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isMessage(value: unknown): value is Message {
  if (!isRecord(value) || value['bridge'] !== 1 || typeof value['id'] !== 'number') return false;
  switch (value['kind']) {
    case 'call':
      return typeof value['name'] === 'string';
    case 'run':
      return typeof value['of'] === 'number';
    case 'failed':
      return typeof value['message'] === 'string';
    case 'done':
      return true;
    default:
      return false;
  }
}
