import { describe, expect, test } from '@jest/globals';
import {
  BACKGROUND_MAX_SECONDS,
  BACKGROUND_SECONDS,
  deadlineSeconds,
  INTERACTIVE_SECONDS,
  MEMORY_MB,
  PAYLOAD_MAX_BYTES,
  WEB_TRIGGER_SECONDS,
} from '../../local/limits';

describe('limits of an invocation', () => {
  test('are Forge’s', () => {
    expect({
      INTERACTIVE_SECONDS,
      WEB_TRIGGER_SECONDS,
      BACKGROUND_SECONDS,
      BACKGROUND_MAX_SECONDS,
      MEMORY_MB,
      PAYLOAD_MAX_BYTES,
    }).toEqual({
      INTERACTIVE_SECONDS: 25,
      WEB_TRIGGER_SECONDS: 55,
      BACKGROUND_SECONDS: 55,
      BACKGROUND_MAX_SECONDS: 900,
      MEMORY_MB: 512,
      PAYLOAD_MAX_BYTES: 5_242_880,
    });
  });

  test.each([
    ['jira:workflowValidator', undefined, 25],
    ['jira:workflowPostFunction', undefined, 25],
    ['jira:issuePanel', undefined, 25],
    ['trigger', undefined, 25],
    // Its timeoutSeconds counts for consumers and schedules only.
    ['trigger', 900, 25],
    ['webtrigger', 900, 55],
    ['consumer', undefined, 55],
    ['consumer', 120, 120],
    ['scheduledTrigger', 900, 900],
    ['scheduledTrigger', 901, 900],
  ])('a %s with timeoutSeconds %s runs at most %i s', (moduleType, timeoutSeconds, seconds) => {
    expect(deadlineSeconds(moduleType, timeoutSeconds)).toBe(seconds);
  });
});
