/** Jira could not be reached, answered with an error, or answered what nobody can read. */
export class JiraError extends Error {
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** The same call may succeed in a moment. */
  readonly retryable: boolean;

  constructor(
    message: string,
    about: { readonly status?: number; readonly retryable: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause: about.cause });
    this.name = 'JiraError';
    this.status = about.status;
    this.retryable = about.retryable;
  }
}
