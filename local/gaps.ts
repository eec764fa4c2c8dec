/** What somebody asked for and Local Jira does not model: answered with 501, and kept so that nobody overlooks it. */
import type { Log, ServiceResponse } from './services/service';

export interface Gap {
  readonly what: string;
  readonly times: number;
}

export interface Gaps {
  /** The answer for it; the first time it is said in the log too. */
  report(what: string): ServiceResponse;
  list(): readonly Gap[];
}

export function createGaps(log: Log): Gaps {
  const times = new Map<string, number>();
  return {
    report(what) {
      if (!times.has(what)) log(`Not modelled: ${what}. See local/DIFFERENCES.md.`);
      times.set(what, (times.get(what) ?? 0) + 1);
      return {
        status: 501,
        body: { errorMessages: [`Local Jira does not model ${what}.`], errors: {} },
      };
    },
    list: () => [...times].map(([what, count]) => ({ what, times: count })),
  };
}
