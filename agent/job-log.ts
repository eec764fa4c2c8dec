/** The lines that an agent writes while it works on a job, kept until they are sent; people read them in Jira. */
import { plainText } from '#core/plain-text';
import { lineChars, LOG_CHUNK_MAX_CHARS, LOG_LINE_MAX_CHARS, LOG_LINES_MAX } from '#wire/agent';
import type { LogData, LogEnd, LogLine, ReportEntry } from '#wire/agent';
import { cutText } from './cut-text';
import type { Agent } from './ports/agent';
import type { JobRef } from './ports/app';
import type { Journal } from './ports/journal';
import type { Log } from './ports/log';

export interface JobLog {
  /** The first chunk that is not acknowledged; asked again, it is the same one. */
  next(): LogData | undefined;
  acknowledge(chunk: LogData): void;
  /** From now on no line is added, and what waits is lost. */
  close(): void;
  /** Undefined until the log is closed. */
  end(): LogEnd | undefined;
  /** `host`: what the line is about, where it is about one host, script or change. */
  add(level: LogLine['level'], text: string, host?: string): void;
}

/** Lines that wait; when the app is away for longer, the oldest are lost and the gap is stated. */
const WAITING_MAX = 2_000;

/** A log without a line. `seconds` is the app's clock; `redact` takes out what must not leave this machine. */
export function openJobLog(seconds: () => number, redact: (text: string) => string): JobLog {
  const waiting: LogLine[] = [];
  let sending: LogData | undefined;
  let chunk = 0;
  let firstLine = 0;
  let arrived = 0;
  let written = 0;
  let isClosed = false;

  const pack = (): LogData | undefined => {
    const lines: LogLine[] = [];
    let chars = 0;
    for (const line of waiting.slice(0, LOG_LINES_MAX)) {
      chars += lineChars(line);
      if (chars > LOG_CHUNK_MAX_CHARS) break;
      lines.push(line);
    }
    if (lines.length === 0) return undefined;
    waiting.splice(0, lines.length);
    const packed = { chunk, firstLine, lines };
    chunk += 1;
    firstLine += lines.length;
    return packed;
  };

  return {
    add: (level, text, host) => {
      if (isClosed) return;
      written += 1;
      const line = cutText(plainText(redact(text)), LOG_LINE_MAX_CHARS);
      waiting.push({ at: seconds(), level, ...(host !== undefined && { host }), text: line });
      if (waiting.length <= WAITING_MAX) return;
      waiting.shift();
      firstLine += 1;
    },
    next: () => (sending ??= pack()),
    acknowledge: (sent) => {
      if (sent !== sending) return;
      arrived += sent.lines.length;
      sending = undefined;
    },
    close: () => {
      isClosed = true;
    },
    end: () => (isClosed ? { lostLines: written - arrived, writtenLines: written } : undefined),
  };
}

/** The agent whose words and whose entries of the journal are lines of the job's log, too; its own log names the job with each. */
export function withJobLog(agent: Agent, { job }: JobRef, jobLog: JobLog): Agent {
  const { log, journal } = agent;
  const tee =
    (level: LogLine['level']): Log['info'] =>
    (message, facts) => {
      log[level](message, { job, ...facts });
      jobLog.add(level, facts ? `${message} ${JSON.stringify(facts)}` : message);
    };
  const note = ({ step, host, state, note: words, milliseconds }: ReportEntry): void => {
    const level = state === 'failed' || state === 'unknown' ? 'error' : 'info';
    const took = milliseconds > 0 ? ` (${milliseconds} ms)` : '';
    const said = words === '' ? '' : ` ${words}`;
    log[level](`${step} ${host}: ${state}${took}${said}`, { job });
    jobLog.add(level, `${step}: ${state}${took}${said}`, host);
  };
  const told: Journal = {
    ...journal,
    writeIntent: (intent, entry) => {
      note(entry);
      return journal.writeIntent(intent, entry);
    },
    writeResult: (serial, result, entry) => {
      note(entry);
      return journal.writeResult(serial, result, entry);
    },
    tell: (job, entry) => {
      note(entry);
      return journal.tell(job, entry);
    },
  };
  return {
    ...agent,
    log: { info: tee('info'), warn: tee('warn'), error: tee('error') },
    journal: told,
  };
}
