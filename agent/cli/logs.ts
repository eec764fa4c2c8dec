/** `interlock-agent logs`: what this agent has lately done, as it keeps it; may be asked while it runs. */
import type { AgentConfig } from '../config';
import { machineClock } from '../clock';
import type { CommandEnd } from '../exit-codes';
import { followNewest, lineText, readOlder } from './log-lines';
import type { KeptLine } from './log-lines';
import { statePaths } from './state-directory';

export interface LogsOptions {
  /** Only lines of this job. */
  readonly job: string | undefined;
  /** At most so many of the lines that are there. */
  readonly lines: number;
  /** Goes on with what is written, until told to stop. */
  readonly follow: boolean;
}

const LOOK_MILLISECONDS = 250;

/** Prints the newest lines, the oldest of them first. */
export async function showLogs(
  { stateDirectory }: AgentConfig,
  { job, lines, follow }: LogsOptions,
  print: (line: string) => void,
  stopping: AbortSignal,
): Promise<CommandEnd> {
  const { log } = statePaths(stateDirectory);
  const isWanted = (line: KeptLine): boolean => job === undefined || line.job === job;
  const show = (found: readonly KeptLine[]): void =>
    found.map(lineText).forEach((text) => print(text));
  try {
    const next = followNewest(log);
    const kept = [...readOlder(log), ...next()];
    if (kept.length === 0 && !follow) {
      return {
        exit: 'notEnrolled',
        sentence: `No agent has run in ${stateDirectory} yet, so there is no log; run: interlock-agent run`,
      };
    }
    show(kept.filter(isWanted).slice(-lines));
    while (follow && !stopping.aborted) {
      await machineClock.sleep(LOOK_MILLISECONDS, stopping);
      show(next().filter(isWanted));
    }
    return { exit: 'done' };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return {
      exit: 'config',
      sentence: `The log ${log} cannot be read (${why}); run this as the agent’s user: runuser -u interlock-agent -- interlock-agent logs`,
    };
  }
}
