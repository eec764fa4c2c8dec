/** Key changes as the content stores them: one canonical JSON text for each namespace. */
import { canonicalText } from '#core/canonical';
import type { ConfigValue, KeyChange } from '#core/content';

/** Equal changes have one spelling, so that they have one digest. */
export const keysText = (keys: readonly KeyChange[]): string => canonicalText(keys);

/** Reads what `keysText` has written; throws for anything else. */
export function parseKeys(text: string): readonly KeyChange[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error('The stored keys are no list; write them anew.');
  return value.map(keyOf);
}

function keyOf(value: unknown): KeyChange {
  if (isRecord(value) && typeof value['key'] === 'string') {
    const { action, key } = value;
    if (action === 'delete') return { action, key };
    const set = valueOf(value['value']);
    if (action === 'set' && set) return { action, key, value: set };
  }
  throw new Error('A stored key is neither set nor deleted; write the keys anew.');
}

function valueOf(value: unknown): ConfigValue | undefined {
  if (!isRecord(value)) return undefined;
  if (value['kind'] === 'secret' && typeof value['name'] === 'string') {
    return { kind: 'secret', name: value['name'] };
  }
  if (value['kind'] !== 'text' || typeof value['text'] !== 'string') return undefined;
  const places = textsOf(value['perEnvironment']);
  return { kind: 'text', text: value['text'], ...(places && { perEnvironment: places }) };
}

function textsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) =>
      typeof text === 'string' ? [[name, text] as const] : [],
    ),
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
