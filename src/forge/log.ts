import type { Log } from '#app/ports';

/** Longest text in a log line: enough for an id or a sentence, too short for what people write into issues. */
const TEXT_MAX_CHARS = 300;

/** Lines for `forge logs`: a sentence and ids. Nobody passes texts of issues, scripts or packages. */
export const log: Log = {
  info(message, facts) {
    console.info(line(message, facts));
  },
  warn(message, facts) {
    console.warn(line(message, facts));
  },
};

const line = (message: string, facts: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ message, ...facts }, (_name, value: unknown) =>
    typeof value === 'string' && value.length > TEXT_MAX_CHARS
      ? `${value.slice(0, TEXT_MAX_CHARS)}…`
      : value,
  );
