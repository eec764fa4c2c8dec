/** From a page's call to its answer: who calls, from where, with what; then the handler. */
import Resolver from '@forge/resolver';
import { z } from 'zod';
import type { Ports } from '#app/ports';
import type { Reply } from '#wire/page';
import { portsOf } from './ports';

/** The person in front of the page, as Forge has authenticated them, and the place that Jira says. */
export interface Caller<Place> {
  readonly ports: Ports;
  readonly accountId: string;
  readonly place: Place;
}

/** One call of a page: parses what the page sent, then answers. */
type Call<Answer, Place> = (caller: Caller<Place>, payload: unknown) => Promise<Reply<Answer>>;

/** A call from its schema and the handler that gets what fits the schema. */
export const onCall =
  <Input, Answer, Place>(
    schema: z.ZodType<Input>,
    handle: (caller: Caller<Place>, input: Input) => Promise<Answer>,
  ): Call<Answer, Place> =>
  async (caller, payload) => {
    const input = schema.safeParse(payload);
    if (!input.success) return refuse(inputSentence(input.error));
    return { kind: 'answer', answer: await handle(caller, input.data) };
  };

const Context = z.object({ accountId: z.string().min(1), extension: z.unknown() });

/** The function behind a page, with one call for each answer that the wire names. Whatever goes wrong becomes one sentence. */
export function createResolver<Answers, Place>(
  place: z.ZodType<Place>,
  calls: { readonly [Name in keyof Answers]: Call<Answers[Name], Place> },
) {
  const resolver = new Resolver();
  const answer = async (
    name: string,
    call: Call<unknown, Place>,
    { payload, context }: { readonly payload: unknown; readonly context: unknown },
  ): Promise<Reply<unknown>> => {
    const ports = portsOf(context);
    try {
      const { accountId, extension } = Context.parse(context);
      return await call({ ports, accountId, place: place.parse(extension) }, payload);
    } catch (error) {
      if (error instanceof PageRefusal) return refuse(error.message);
      ports.log.warn(`The page's call ${name} failed.`, { error: String(error) });
      return refuse(FAILED);
    }
  };
  for (const [name, call] of Object.entries<Call<unknown, Place>>(calls))
    resolver.define<unknown, Reply<unknown>>(name, (request) => answer(name, call, request));
  return resolver.getDefinitions();
}

/** Thrown where a person may not make a call at all; its message is what they read. */
export class PageRefusal extends Error {}

const FAILED =
  'Interlock could not answer; reload the page in a minute to see what was recorded, and try again.';

const refuse = (sentence: string) => ({ kind: 'refused', sentence }) as const;

/** The first thing that is wrong with an input: where, what is expected, what to do. */
function inputSentence({ issues }: z.ZodError): string {
  const [first, ...others] = issues;
  if (!first) return FAILED;
  const where = first.path.length === 0 ? 'The input' : `The field ${z.core.toDotPath(first.path)}`;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more)`;
  return `${where} is not right${more}: ${first.message}; correct it and try again.`;
}
