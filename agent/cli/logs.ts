/** `interlock-agent logs`: what this agent has lately done, as it keeps it; may be asked while it runs. */
import { plainText } from '#core/plain-text';
import type { AgentConfig } from '../config';
import { machineClock } from '../clock';
import type { CommandEnd } from '../exit-codes';
import { closedSentence } from '../file-trouble';
import { followNewest, lineText, readOlder } from './log-lines';
import type { KeptLine } from './log-lines';
import { closedState, statePaths } from './state-directory';

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
  const closed = closedState(stateDirectory);
  if (closed) return closed;
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
    const wanted = kept.filter(isWanted);
    if (job !== undefined && wanted.length === 0) {
      const sentence = unknownJob(stateDirectory, job);
      if (!follow) return { exit: 'notEnrolled', sentence };
      print(sentence);
    }
    show(wanted.slice(-lines));
    while (follow && !stopping.aborted) {
      await machineClock.sleep(LOOK_MILLISECONDS, stopping);
      show(next().filter(isWanted));
    }
    return { exit: 'done' };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { exit: 'journal', sentence: closedSentence(`The log ${log}`, why) };
  }
}

const unknownJob = (stateDirectory: string, job: string): string =>
  `The log in ${stateDirectory} has no line of job ${plainText(job)}; a job's id, such as 10001.8, stands above its log in the panel, and of lines that are older than the newest 10 MB only journalctl -u interlock-agent may know.`;
