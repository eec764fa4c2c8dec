/** How long to wait before the next try. */
import type { AppResult } from './ports/app';

/** Doubles from the first wait up to the cap. `attempt` counts from 0. */
export const backOffMilliseconds = (
  attempt: number,
  firstMilliseconds: number,
  capMilliseconds: number,
): number => Math.min(firstMilliseconds * 2 ** Math.min(attempt, 30), capMilliseconds);

/** After a call that brought nothing: half a second, doubling up to half a minute, or what the app asked for. */
export function waitAfter(result: AppResult<unknown>, attempt: number): number {
  const asked = result.kind === 'refused' ? (result.retryAfterSeconds ?? 0) * 1_000 : 0;
  return Math.max(asked, backOffMilliseconds(attempt, 500, 30_000));
}
