/** How commands reach a host. Two ways do the same: over ssh, and on this machine. */
import type { Command } from '../commands/quote';

export interface Transport {
  run(command: Command, options: RunOptions): Promise<RunResult>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** The command is given up after so long. */
  readonly seconds: number;
  readonly input?: Input;
}

/** What the command reads on its stdin. */
export interface Input {
  /** The bytes are sent once the first line of stdout is this; absent: at once. Another line closes stdin. */
  readonly afterLine?: string;
  read(): AsyncIterable<Uint8Array>;
}

export type RunResult =
  | {
      readonly kind: 'exited';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  /** The end was not seen: connection lost, killed, or too slow. */
  | { readonly kind: 'lost'; readonly sentence: string };

/** Most of stdout and of stderr that is kept, in characters; whole lines where there is more. */
export const OUTPUT_MAX_CHARS = 64 * 1024;
