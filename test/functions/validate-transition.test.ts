import { describe, expect, test } from '@jest/globals';
import { validateTransition } from '../../src/functions/validate-transition';
import { installForge } from '../support/forge-kvs';

const CONTEXT = { installContext: 'ari:cloud:jira::site/1' };
const QUESTION = {
  issue: { key: 'REL-12' },
  configuration: { action: 'start' },
  transition: { from: { id: '1' }, to: { id: '2' }, modifiedFields: {} },
};
const IN_DOUBT = {
  result: false,
  errorMessage:
    'Interlock could not check this transition; nothing was changed. Try again in a minute.',
};

describe('a transition that cannot be checked', () => {
  test.each([
    ['a payload that nobody can read', {}, CONTEXT],
    ['a rule without a configuration', { ...QUESTION, configuration: undefined }, CONTEXT],
    ['an invocation without an installation', QUESTION, {}],
  ])('is refused for %s', async (_name, payload, context) => {
    installForge(() => Promise.reject(new Error('Nothing is asked.')));

    expect(await validateTransition(payload, context)).toEqual(IN_DOUBT);
  });

  test.each([
    ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
    ['answers an error', async () => new Response('{}', { status: 500 })],
    ['answers nonsense', async () => new Response('[]')],
    ['answers HTML', async () => new Response('<html>')],
  ])('is refused when Jira %s', async (_name, fetch) => {
    installForge(fetch);

    expect(await validateTransition(QUESTION, CONTEXT)).toEqual(IN_DOUBT);
  });

  test('is refused for an issue that Interlock does not know, in its own words', async () => {
    installForge(async () => new Response('{"errorMessages":[]}', { status: 404 }));

    expect(await validateTransition(QUESTION, CONTEXT)).toEqual({
      result: false,
      errorMessage:
        'Interlock does not know this issue as a release yet; reload it in a few seconds.',
    });
  });
});
