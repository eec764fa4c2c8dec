/** The machine's clocks. */
import type { Clock } from './ports/clock';

export const machineClock: Clock = {
  wallMilliseconds: () => Date.now(),
  monotonicMilliseconds: () => performance.now(),
  sleep: (milliseconds, until) =>
    new Promise((resolve) => {
      if (until?.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        clearTimeout(timer);
        until?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      until?.addEventListener('abort', wake);
    }),
};
