/** What is wrong with an input that a page or a client sent, in words for people. */
import { z } from 'zod';

/** Longest that a place or a name out of the input may be when it is told again. */
const TOLD_MAX_CHARS = 120;

/** Parses an input; what the schema has no words of its own for gets ours. */
export const parseInput = <Input>(schema: z.ZodType<Input>, input: unknown) =>
  schema.safeParse(input, { error: inputWords });

/** One sentence about the first thing that is wrong: where, what, its limit, what to do. */
export function inputSentence({ issues }: z.ZodError): string {
  const [first, ...others] = issues;
  const path = told(z.core.toDotPath(first?.path ?? []));
  const where = path === '' ? 'The input' : `The field ${path}`;
  const words = first?.message ?? 'is not right';
  if (words.includes(';')) return `${where} ${words}.`;
  const more = others.length === 0 ? 'it' : `it and ${String(others.length)} more`;
  return `${where} ${words}; correct ${more} and try again.`;
}

/** Begins with a verb, as the schemas' own messages do: the name of the place comes before it. */
function inputWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kindOf(issue.expected)}`;
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum));
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`;
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `must be ${oneOf(issue.options)}`
        : 'is of no known form';
    case 'unrecognized_keys':
      return `has the unknown member ${told(issue.keys[0] ?? '')}; take it out`;
    case 'invalid_key':
      return `has a name that ${issue.issues[0]?.message ?? 'is not right'}`;
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return 'is not written as it should be';
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  array: 'a list',
  boolean: 'true or false',
};

const kindOf = (expected: string): string => KINDS[expected] ?? 'an object';

function tooSmall(origin: string, minimum: number): string {
  const isCount = origin === 'string' || origin === 'array';
  return isCount && minimum === 1 ? 'must not be empty' : `must be at least ${String(minimum)}`;
}

function tooBig(origin: string, maximum: number): string {
  if (origin === 'string') return `has more than ${String(maximum)} characters; shorten it`;
  if (origin === 'array') return `lists more than ${String(maximum)}; shorten the list`;
  return `must be at most ${String(maximum)}`;
}

const oneOf = (values: readonly unknown[]): string =>
  values.length < 2
    ? String(values[0])
    : `${values.slice(0, -1).map(String).join(', ')} or ${String(values.at(-1))}`;

const told = (name: string): string =>
  name.length > TOLD_MAX_CHARS ? `${name.slice(0, TOLD_MAX_CHARS)}…` : name;
