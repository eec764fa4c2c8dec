/** A moment as people of every zone read it: `21 Nov 2026, 12:05 UTC`. */

const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** `seconds`: since the epoch. */
export const utcText = (seconds: number): string => `${dayAndTime.format(seconds * 1_000)} UTC`;
