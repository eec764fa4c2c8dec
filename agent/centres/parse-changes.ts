/** The text of a configuration change, and in words what is wrong with it. */
import type { KeyChange } from '#core/content';
import { KeyChangesSchema } from '#wire/config';
import { parseInput } from '#wire/input-words';

type ParsedChanges =
  | { readonly kind: 'changes'; readonly changes: readonly KeyChange[] }
  /** What is wrong, as the end of a sentence about the change. */
  | { readonly kind: 'strange'; readonly why: string };

/** Longest that a name out of the text may be when it is told again. */
const TOLD_MAX_CHARS = 120;

/** Parses what was approved; what is wrong is said by its place and its key, for a value may be nobody's business. */
export function parseChanges(text: string): ParsedChanges {
  const data = parseJson(text);
  if (data === undefined) return { kind: 'strange', why: 'its text is no JSON' };
  const parsed = parseInput(KeyChangesSchema, data);
  if (parsed.success) return { kind: 'changes', changes: parsed.data };
  const [issue] = parsed.error.issues;
  const place = placeIn(data, issue?.path ?? []);
  return { kind: 'strange', why: `${place} ${issue?.message ?? 'is not right'}` };
}

/** Undefined where the text is none: JSON itself has no such value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `value.text of its key 2 ("colour")`. */
function placeIn(data: unknown, [index, ...members]: readonly PropertyKey[]): string {
  if (typeof index !== 'number') return 'it';
  const change: unknown = Array.isArray(data) ? data[index] : undefined;
  const isNamed = typeof change === 'object' && change !== null && 'key' in change;
  const name =
    isNamed && typeof change.key === 'string' ? ` (${shortened(JSON.stringify(change.key))})` : '';
  const key = `its key ${String(index + 1)}${name}`;
  return members.length === 0 ? key : `${shortened(members.map(String).join('.'))} of ${key}`;
}

const shortened = (name: string): string =>
  name.length > TOLD_MAX_CHARS ? `${name.slice(0, TOLD_MAX_CHARS)}…` : name;
