/** The agent's log: one JSON object a line, on stderr. */
import { destination, pino } from 'pino';
import type { Log } from './ports/log';

/** Written at once: the last line before a crash is the one that is needed. `keep` gets every line, too. */
export function createLog(keep: (line: string) => void = () => undefined): Log {
  const errors = destination({ dest: 2, sync: true });
  const write = (line: string): void => {
    errors.write(line);
    keep(line);
  };
  const logger = pino(
    { base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    { write },
  );
  return {
    info: (message, facts) => logger.info(facts ?? {}, message),
    warn: (message, facts) => logger.warn(facts ?? {}, message),
    error: (message, facts) => logger.error(facts ?? {}, message),
  };
}
