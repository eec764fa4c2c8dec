import { describe, expect, test } from '@jest/globals';
import { issueChanged } from '../../src/functions/issue-changed';
import { installForge } from '../support/forge-kvs';

const CONTEXT = { installContext: 'ari:cloud:jira::site/1' };
const ISSUE = { id: '10073', fields: { issuetype: { id: '10001' }, project: { id: '10000' } } };

/** Counts what an event costs when the store knows nothing. */
async function costOf(event: object): Promise<string[]> {
  const calls: string[] = [];
  installForge(async (_target, path) => {
    calls.push(path);
    return new Response('{"code":"KEY_NOT_FOUND","message":"no"}', { status: 404 });
  });
  await issueChanged(event, CONTEXT);
  return calls;
}

describe('a changed issue that is no release', () => {
  test('costs nothing when its status did not change', async () => {
    const items = [{ field: 'summary', fieldId: 'summary' }, { field: 'Comment' }];

    expect(await costOf({ issue: ISSUE, changelog: { items } })).toEqual([]);
  });

  test('costs one read when its status changed, and when it was made', async () => {
    const items = [{ field: 'status', fieldId: 'status' }];

    expect(await costOf({ issue: ISSUE, changelog: { items } })).toEqual(['/api/v1/entity/get']);
    expect(await costOf({ issue: ISSUE })).toEqual(['/api/v1/entity/get']);
  });
});
