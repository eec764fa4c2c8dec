/** From a page's call to its answer: who calls, from where, with what; then the handler. */
import Resolver from '@forge/resolver';
import { z } from 'zod';
import type { Ports } from '#app/ports';
import { inputSentence, parseInput } from '#wire/input-words';
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

/**
 * A call from its schema and the handler that gets what fits the schema. The handler judges who may call; `refusePerson`
 * says the same, so that nobody is told to correct what they may not send at all.
 */
export const onCall =
  <Input, Answer, Place>(
    schema: z.ZodType<Input>,
    handle: (caller: Caller<Place>, input: Input) => Promise<Answer>,
    refusePerson: (caller: Caller<Place>) => Promise<string | null> = anybody,
  ): Call<Answer, Place> =>
  async (caller, payload) => {
    const input = parseInput(schema, payload);
    if (!input.success) return refuse((await refusePerson(caller)) ?? inputSentence(input.error));
    return { kind: 'answer', answer: await handle(caller, input.data) };
  };

const anybody = (): Promise<null> => Promise.resolve(null);

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
