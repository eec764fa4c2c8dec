import { describe, expect, test } from '@jest/globals';
import { panel } from '../../src/functions/panel';
import { appPermission } from '#forge/app-permissions';
import { toStored } from '#forge/entities';
import { installForge } from '../support/forge-kvs';
import { RECORDS } from '../support/sample-records';
import { answerJira } from '../support/toy-fetch';

const INVOCATION = {
  installContext: 'ari:cloud:jira::site/1',
  principal: { accountId: 'account-dev' },
};
const PLACE = { extension: { type: 'jira:issuePanel', issue: { id: '10073', key: 'REL-12' } } };
const CHANGE = { site: 'shop', version: '1.4.0', artifactSha256: 'a'.repeat(64) };

const ask = (functionKey: string, payload: object, invocation: object = INVOCATION) =>
  panel({ call: { functionKey, payload }, context: PLACE }, invocation);

/** A Jira and a store with this release in Draft, and a person who may or may not edit its issue. */
const answerFor = (may: 'edit' | 'only read') => {
  // The names of the app's permissions come from the runtime.
  installForge(() => Promise.reject(new Error('Nothing is asked yet.')));
  const { release } = RECORDS;
  const state = { ...release.state, issueId: '10073', status: 'draft' as const };
  const granted = (permission: string) => ({ permission, issues: [10073], projects: [] });
  const editing = [granted('EDIT_ISSUES'), granted(appPermission('edit-content'))];
  const ids = { project: { id: '10000' }, issuetype: { id: '1' }, status: { id: '2' } };
  return answerJira({
    'GET /rest/api/3/issue/10073': {
      status: 200,
      body: { id: '10073', key: 'REL-12', fields: ids },
    },
    'POST /api/v1/entity/get': {
      status: 200,
      body: { key: '10073', value: toStored('release', { ...release, state, status: 'draft' }) },
    },
    'POST /rest/api/3/permissions/check': {
      status: 200,
      body: { projectPermissions: may === 'edit' ? editing : [] },
    },
  });
};

describe('a person who may not edit the issue', () => {
  test.each([
    ['content.put', {}],
    ['content.put', { content: {} }],
    ['content.put', { content: { kind: 'Minor', code: [] } }],
    ['content.put', { content: { kind: 'Huge', code: [{}] } }],
    ['text.put', {}],
    ['text.put', { sha256: 'a'.repeat(64), index: 3, count: 1, piece: 'x' }],
  ])('hears about the permission first, whatever %s brings: %j', async (name, payload) => {
    answerFor('only read');

    const reply = await ask(name, payload);

    const { answer = reply } = reply as { answer?: unknown };
    expect(answer).toEqual({
      kind: 'refused',
      sentence: expect.stringContaining('Editing the content is reserved'),
    });
  });
});

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
    answerFor('edit');

    const reply = await ask('content.put', { content: { kind: 'Minor', ...parts } });

    expect(reply).toMatchObject({ kind: 'refused' });
    const { sentence } = reply as { sentence: string };
    expect(sentence).toContain(`The field ${field} `);
    expect(sentence).toMatch(/; [^;]+\.$/);
  });
});

describe('a piece of a text', () => {
  test.each([
    ['half a character', { piece: 'select \ud83d' }, 'piece', 'cut texts between characters'],
    ['a digest in capitals', { sha256: 'A'.repeat(64) }, 'sha256', 'in lower case'],
    ['more pieces than a text may have', { count: 65 }, 'count', 'at most 64'],
    ['more than fits into a call', { piece: 'x'.repeat(100_001) }, 'piece', '100000 characters'],
  ])('is refused for %s', async (_name, over, field, words) => {
    answerFor('edit');
    const sent = { sha256: 'a'.repeat(64), index: 0, count: 1, piece: 'select 1;', ...over };

    const reply = await ask('text.put', sent);

    expect(reply).toMatchObject({ kind: 'refused' });
    const { sentence } = reply as { sentence: string };
    expect(sentence).toContain(`The field ${field} `);
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
