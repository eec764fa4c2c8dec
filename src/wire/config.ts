/** A configuration change's text: the keys of one namespace, parsed before anybody believes it. */
import { z } from 'zod';
import { CONFIG_KEYS_MAX } from '#core/content';
import type { ConfigValue, KeyChange } from '#core/content';
import { NAME_GRAMMAR } from './site';

/** Longest value of one key. */
const VALUE_MAX_CHARS = 32_768;

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { message: NAME_GRAMMAR });

/**
 * Nothing in a key needs an escape in JSON, where V8 may read an escaped member's name as another.
 * Source: https://github.com/nodejs/node/issues/63785
 */
const key = z
  .string()
  .max(200, { message: 'is longer than 200 characters' })
  .regex(/^\S(?:[^\p{Cc}]*\S)?$/u, {
    message: 'must be one line without blanks around it',
  })
  .refine((value) => !/["\\]/.test(value), {
    message: 'must not hold a double quote or a backslash, which some centres read as escapes',
  });

const text = z
  .string()
  .max(VALUE_MAX_CHARS, { message: `is longer than ${String(VALUE_MAX_CHARS)} characters` })
  .refine((value) => !value.includes('\0'), { message: 'holds NUL, which no file may hold' });

const ConfigValueSchema: z.ZodType<ConfigValue> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('text'),
    text,
    perEnvironment: z.record(z.string().min(1).max(64), text).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('secret'), name }),
]);

/** The keys of one configuration change, each once. */
export const KeyChangesSchema: z.ZodType<readonly KeyChange[]> = z
  .array(
    z.discriminatedUnion('action', [
      z.strictObject({ action: z.literal('set'), key, value: ConfigValueSchema }),
      z.strictObject({ action: z.literal('delete'), key }),
    ]),
  )
  .min(1, { message: 'changes no key' })
  .max(CONFIG_KEYS_MAX, { message: `changes more than ${String(CONFIG_KEYS_MAX)} keys` })
  .refine((changes) => new Set(changes.map((change) => change.key)).size === changes.length, {
    message: 'names one key twice; give each key once',
  });
