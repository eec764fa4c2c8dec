/** Scheduled triggers. Source: manifest-reference/modules/scheduled-trigger (read 2026-11-20). */

export const INTERVAL_SECONDS = {
  fiveMinute: 300,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
} as const;
