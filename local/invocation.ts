/** The invocations that run now: each has a token of its own, which dies with it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes, randomUUID } from 'node:crypto';

export interface Invocation {
  readonly id: string;
  readonly token: string;
  readonly functionKey: string;
  readonly moduleKey: string;
  readonly moduleType: string;
  /** The person on whose behalf it runs, if Forge gives one. */
  readonly accountId: string | undefined;
  /** How many consumers in a row led to this call; Forge ends the chain at 1,000. */
  readonly queueDepth: number;
  readonly deadlineSeconds: number;
  readonly usage: Usage;
}

/** What an invocation asked of the platform; figures about a click's cost are taken from here. */
export interface Usage {
  storeReads: number;
  storeWrites: number;
  jiraCalls: number;
  egressCalls: number;
}

export interface Invocations {
  begin(about: Omit<Invocation, 'id' | 'token' | 'usage'>): Invocation;
  end(invocation: Invocation): void;
  /** The running invocation that holds this token. */
  holderOf(token: string): Invocation | undefined;
}

export function createInvocations(): Invocations {
  const running = new Map<string, Invocation>();
  return {
    begin(about) {
      const usage = { storeReads: 0, storeWrites: 0, jiraCalls: 0, egressCalls: 0 };
      const invocation = {
        ...about,
        id: randomUUID(),
        token: randomBytes(24).toString('base64url'),
        usage,
      };
      running.set(invocation.token, invocation);
      return invocation;
    },
    end: (invocation) => void running.delete(invocation.token),
    holderOf: (token) => running.get(token),
  };
}

const insideOf = new AsyncLocalStorage<Invocation>();

/** Does the work that a running function waits for; calls made meanwhile are nested. */
export function whileWaiting<Result>(invocation: Invocation, work: () => Result): Result {
  return insideOf.run(invocation, work);
}

/** Whether a function waits for what happens here. */
export function isNested(): boolean {
  return insideOf.getStore() !== undefined;
}
