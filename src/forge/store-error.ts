import { ForgeKvsAPIError } from '@forge/kvs';

/** Forge's storage could not be reached, or refused. */
export class StoreError extends Error {
  /** The same call may succeed in a moment. */
  readonly retryable: boolean;

  constructor(doing: string, cause: unknown) {
    super(`Forge's storage failed while ${doing}: ${wordsOf(cause)}.`, { cause });
    this.name = 'StoreError';
    this.retryable = !isRefusal(cause);
  }
}

/**
 * Forge has understood the request and said no: a condition that is not met, a key that exists, a value
 * that is too large. Anything else (rate limit, server error, no answer) says nothing about the request.
 */
export const isRefusal = (error: unknown): error is ForgeKvsAPIError =>
  error instanceof ForgeKvsAPIError &&
  error.responseDetails.status >= 400 &&
  error.responseDetails.status < 500 &&
  error.responseDetails.status !== 429;

const wordsOf = (cause: unknown): string =>
  cause instanceof ForgeKvsAPIError
    ? `${String(cause.responseDetails.status)} ${cause.code}`
    : String(cause);
