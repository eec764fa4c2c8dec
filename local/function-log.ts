/** What functions print: Forge's JSON lines if they are such, else the line as it is. */
import { z } from 'zod';
import { LOG_LINES_PER_MINUTE, LOG_MAX_BYTES } from './limits';
import type { Log } from './services/service';

const Line = z.object({
  invocationId: z.string().optional(),
  logLevel: z.number(),
  logArguments: z.array(z.unknown()),
});
const LEVELS: ReadonlyMap<number, string> = new Map([
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
]);

export interface FunctionLog {
  /** One line of a worker's output. */
  readonly read: (line: string) => void;
  /** From now on, lines of this invocation are counted against its limits. */
  begin(invocationId: string, functionKey: string, deadlineSeconds: number): void;
  end(invocationId: string): void;
}

interface Account {
  readonly functionKey: string;
  linesLeft: number;
  bytesLeft: number;
}

/** Passes lines on until an invocation has used up what Forge keeps of its log. */
export function createFunctionLog(log: Log): FunctionLog {
  const accounts = new Map<string, Account>();
  return {
    read(raw) {
      const line = parseLine(raw);
      const account = accounts.get(line.invocationId ?? '');
      if (account !== undefined && !spend(account, Buffer.byteLength(line.text))) {
        if (account.linesLeft === -1)
          log(`[${account.functionKey}] reached Forge's log limit; the rest is dropped.`);
        return;
      }
      log(`[${account?.functionKey ?? 'app'}] ${line.level}: ${line.text}`);
    },
    begin(invocationId, functionKey, deadlineSeconds) {
      const linesLeft = LOG_LINES_PER_MINUTE * Math.ceil(deadlineSeconds / 60);
      accounts.set(invocationId, { functionKey, linesLeft, bytesLeft: LOG_MAX_BYTES });
    },
    end: (invocationId) => void accounts.delete(invocationId),
  };
}

function spend(account: Account, bytes: number): boolean {
  account.linesLeft -= 1;
  account.bytesLeft -= bytes;
  if (account.linesLeft >= 0 && account.bytesLeft < 0) account.linesLeft = -1;
  return account.linesLeft >= 0;
}

function parseLine(raw: string): { invocationId: string | undefined; level: string; text: string } {
  const parsed = Line.safeParse(tryJson(raw));
  if (!parsed.success) return { invocationId: undefined, level: 'print', text: raw };
  const { invocationId, logLevel, logArguments } = parsed.data;
  const text = logArguments
    .map((it) => (typeof it === 'string' ? it : JSON.stringify(it)))
    .join(' ');
  return { invocationId, level: LEVELS.get(logLevel) ?? 'info', text };
}

function tryJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
