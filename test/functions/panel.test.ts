import { describe, expect, test } from '@jest/globals';
import { panel } from '../../src/functions/panel';
import { installForge } from '../support/forge-kvs';

const INVOCATION = {
  installContext: 'ari:cloud:jira::site/1',
  principal: { accountId: 'account-dev' },
};
const PLACE = { extension: { type: 'jira:issuePanel', issue: { id: '10073', key: 'REL-12' } } };
const CHANGE = { site: 'shop', version: '1.4.0', artifactSha256: 'a'.repeat(64) };

const ask = (functionKey: string, payload: object, invocation: object = INVOCATION) =>
  panel({ call: { functionKey, payload }, context: PLACE }, invocation);

describe('content that breaks the schema', () => {
  test.each([
    [
      'a version that could be a path',
      { code: [{ ...CHANGE, version: '../1' }] },
      'content.code[0].version',
    ],
    [
      'a digest that is none',
      { code: [{ ...CHANGE, artifactSha256: 'abc' }] },
      'content.code[0].artifactSha256',
    ],
    ['another kind', { kind: 'Huge', code: [CHANGE] }, 'content.kind'],
    ['one site twice', { code: [CHANGE, CHANGE] }, 'content.code'],
    [
      '201 sites',
      { code: Array.from({ length: 201 }, (_, at) => ({ ...CHANGE, site: `s${at}` })) },
      'content',
    ],
    ['a member that nobody knows', { code: [CHANGE], shell: 'rm -rf /' }, 'content'],
  ])('is refused for %s, in one sentence that names the field', async (_name, parts, field) => {
    installForge(() => Promise.reject(new Error('Nothing is asked.')));

    const reply = await ask('content.put', { content: { kind: 'Minor', ...parts } });

    expect(reply).toMatchObject({ kind: 'refused' });
    const { sentence } = reply as { sentence: string };
    expect(sentence).toContain(`The field ${field} is not right`);
    expect(sentence).toMatch(/; correct it and try again\.$/);
  });
});

describe('a piece of a text', () => {
  test.each([
    ['half a character', { piece: 'select \ud83d' }, 'piece', 'cut texts between characters'],
    ['a digest in capitals', { sha256: 'A'.repeat(64) }, 'sha256', ''],
    ['more pieces than a text may have', { count: 65 }, 'count', ''],
    ['more than fits into a call', { piece: 'x'.repeat(100_001) }, 'piece', ''],
  ])('is refused for %s', async (_name, over, field, words) => {
    installForge(() => Promise.reject(new Error('Nothing is asked.')));
    const sent = { sha256: 'a'.repeat(64), index: 0, count: 1, piece: 'select 1;', ...over };

    const reply = await ask('text.put', sent);

    expect(reply).toMatchObject({ kind: 'refused' });
    const { sentence } = reply as { sentence: string };
    expect(sentence).toContain(`The field ${field} is not right`);
    expect(sentence).toContain(words);
  });
});

describe('a call that fails', () => {
  test('is answered in one sentence, without a word of the cause', async () => {
    installForge(() => Promise.reject(new TypeError('secret of the inside')));

    const reply = await ask('release.show', {});

    expect(reply).toEqual({
      kind: 'refused',
      sentence:
        'Interlock could not answer; reload the page in a minute to see what was recorded, and try again.',
    });
  });

  test('is one without a person', async () => {
    installForge(() => Promise.reject(new Error('Nothing is asked.')));

    const reply = await ask('release.show', {}, { installContext: INVOCATION.installContext });

    expect(reply).toMatchObject({ kind: 'refused' });
  });
});
