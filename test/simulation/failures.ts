/** The exceptions that the real adapters throw, by the names that logs show. */
export class OutsideError extends Error {
  readonly retryable = true;

  constructor(name: 'StoreError' | 'JiraError' | 'QueueError', message: string) {
    super(message);
    this.name = name;
  }
}

/** Whether code of ours may throw this: something outside failed, or too many wrote at once. */
export const isForeseen = (error: unknown): boolean =>
  /^(StoreError|JiraError|QueueError|TooMuchContention): /.test(String(error));
