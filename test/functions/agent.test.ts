import { describe, expect, test } from '@jest/globals';
import { agent } from '../../src/functions/agent';
import { installForge } from '../support/forge-kvs';

const CONTEXT = { installContext: 'ari:cloud:jira::site/1' };

describe('the web trigger of the agents', () => {
  test.each([
    ['no body', { method: 'POST', headers: {} }],
    ['another method', { method: 'GET', headers: {}, body: '' }],
    [
      'a body that is no message',
      { method: 'POST', headers: { 'Content-Type': ['application/json'] }, body: '{' },
    ],
    [
      'a body without a signature',
      { method: 'POST', headers: { 'content-type': ['application/json'] }, body: '{"v":1}' },
    ],
    ['headers that are no lists', { method: 'POST', headers: { 'webhook-id': 'one' }, body: '{}' }],
    ['a body that is no text', { method: 'POST', headers: {}, body: null }],
    ['no method', { headers: {}, body: '' }],
  ])('answers a stranger with %s by the same 401, and reads no store', async (_name, request) => {
    installForge(() => Promise.reject(new Error('The store was asked.')));

    const answer = await agent({ path: '/', ...request }, CONTEXT);

    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toEqual(['application/problem+json']);
    expect({ ...(JSON.parse(answer.body) as object), now: 0 }).toEqual({
      type: 'urn:interlock:problem:unauthorized',
      title: 'The message is not from an agent of this installation.',
      status: 401,
      error: 'unauthorized',
      now: 0,
    });
  });
});
