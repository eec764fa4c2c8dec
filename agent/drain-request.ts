/** A person's wish that an agent drains: a file beside its journal, so that it outlives a crash. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** How often a running agent looks. */
const LOOK_MILLISECONDS = 500;

export interface DrainRequest {
  /** Aborts once somebody asks. */
  readonly asked: AbortSignal;
  /** The agent has ended as it was asked to, to drain or to stop: its next start takes work again. */
  fulfil(): void;
  /** Looks no longer; whoever comes next finds the wish. */
  close(): void;
}

/** Asks the agent that runs, or else its next start. */
export const askToDrain = (file: string): void => writeFileSync(file, '');

export const isAskedToDrain = (file: string): boolean => existsSync(file);

/** Watches for the wish, which may be there already. */
export function watchDrain(file: string): DrainRequest {
  const asked = new AbortController();
  const look = (): void => {
    if (isAskedToDrain(file)) asked.abort();
  };
  look();
  const timer = setInterval(look, LOOK_MILLISECONDS).unref();
  const close = (): void => clearInterval(timer);
  return {
    asked: asked.signal,
    fulfil: () => {
      close();
      rmSync(file, { force: true });
    },
    close,
  };
}
