import { describe, expect, test } from '@jest/globals';
import { work } from '../../src/functions/work';
import { installForge } from '../support/forge-kvs';

const CONTEXT = { installContext: 'ari:cloud:jira::site/1' };
const event = (body: object, retryCount = 0) => ({
  body,
  queueName: 'work',
  jobId: 'job',
  eventId: 'event',
  retryContext: { retryCount, retryReason: 'FUNCTION_RETRY_REQUEST', retryData: {} },
});

describe('a task from the queue', () => {
  test('of an unknown form is dropped, because it would never succeed', async () => {
    expect(await work(event({ type: 'dance', issueId: '1' }), CONTEXT)).toBeUndefined();
  });

  test('that fails is tried again', async () => {
    installForge(() => Promise.reject(new TypeError('fetch failed')));

    const answer = await work(event({ type: 'reconcile', issueId: '1' }), CONTEXT);

    expect(JSON.parse(JSON.stringify(answer))).toMatchObject({ _retry: true });
  });

  test('that keeps failing is left to the sweep', async () => {
    installForge(() => Promise.reject(new TypeError('fetch failed')));

    expect(await work(event({ type: 'reconcile', issueId: '1' }, 5), CONTEXT)).toBeUndefined();
  });
});
