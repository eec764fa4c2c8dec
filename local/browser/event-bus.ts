/** `events` of the bridge: between the frames of one page. */
import { isCallback, isRecord } from './remote-calls';

const listeners = new Map<string, Set<(payload: unknown) => unknown>>();

export function listenTo(wanted: unknown): { readonly unsubscribe: () => void } {
  if (!isRecord(wanted) || !isCallback(wanted['callback'])) throw new Error('No listener.');
  const event = String(wanted['event']);
  const { callback } = wanted;
  const heard = listeners.get(event) ?? new Set();
  heard.add(callback);
  listeners.set(event, heard);
  return { unsubscribe: () => void heard.delete(callback) };
}

export function emit(wanted: unknown): void {
  if (!isRecord(wanted)) throw new Error('No event.');
  for (const listener of listeners.get(String(wanted['event'])) ?? []) listener(wanted['payload']);
}
