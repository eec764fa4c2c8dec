/** A clock that is wrong in one process alone, and may be set while the process runs. Its monotonic time is right. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

export interface FakedClock {
  /** What the process has to be started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the clock so many seconds ahead of the true time, or behind it. */
  set(aheadSeconds: number): void;
}

/** A clock of libfaketime's; `file` says how far it is off, and is looked at once a second. */
export function fakeClock(file: string, aheadSeconds = 0): FakedClock {
  const set = (seconds: number): void =>
    writeFileSync(file, `${seconds < 0 ? '-' : '+'}${String(Math.abs(seconds))}s`);
  set(aheadSeconds);
  return {
    environment: {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  };
}

/** Where it lies differs from machine to machine; its own wrapper knows. */
const library = (): string =>
  execFileSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();
