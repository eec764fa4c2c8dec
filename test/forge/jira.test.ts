import { describe, expect, test } from '@jest/globals';
import { appPermission } from '#forge/app-permissions';
import { createJira } from '#forge/jira';
import { answerJira } from '../support/toy-fetch';

const ISSUE = {
  id: '10073',
  key: 'REL-12',
  fields: {
    project: { id: '10000', key: 'REL' },
    issuetype: { id: '10001' },
    status: { id: '10011', name: 'Ready' },
    reporter: { accountId: 'account-dev' },
  },
};

let installations = 0;
/** A Jira of an installation that nothing is remembered of. */
const freshJira = () => createJira(`ari:cloud:jira::site/${(installations += 1)}`);

describe('reading an issue', () => {
  test('gives ids, never names', async () => {
    answerJira({ 'GET /rest/api/3/issue/REL-12': { status: 200, body: ISSUE } });

    expect(await freshJira().issue('REL-12')).toEqual({
      id: '10073',
      key: 'REL-12',
      project: '10000',
      issueTypeId: '10001',
      statusId: '10011',
      reporter: 'account-dev',
    });
  });

  test('gives nothing for an issue that is not there', async () => {
    answerJira({
      'GET /rest/api/3/issue/REL-12': {
        status: 404,
        body: { errorMessages: ['Issue does not exist.'] },
      },
    });

    expect(await freshJira().issue('REL-12')).toBeUndefined();
  });

  test('stops at an answer that is not an issue, naming the call and the place', async () => {
    answerJira({ 'GET /rest/api/3/issue/REL-12': { status: 200, body: { ...ISSUE, fields: {} } } });

    await expect(freshJira().issue('REL-12')).rejects.toThrow(
      /GET \/rest\/api\/3\/issue\/REL-12.*cannot be read[^]*fields\.project/,
    );
  });

  test('does not take an error for an issue', async () => {
    answerJira({
      'GET /rest/api/3/issue/REL-12': { status: 403, body: { errorMessages: ['No.'] } },
    });

    await expect(freshJira().issue('REL-12')).rejects.toMatchObject({
      name: 'JiraError',
      status: 403,
      retryable: false,
    });
  });

  test('refuses a key that would lead to another path', async () => {
    answerJira({});

    await expect(freshJira().issue('../user')).rejects.toThrow('path manipulation');
  });
});

describe('a Jira that limits the rate', () => {
  test('is asked again after the time that it names', async () => {
    const calls = answerJira({
      'GET /rest/api/3/issue/REL-12': [
        { status: 429, headers: { 'retry-after': '0' } },
        { status: 429, headers: { 'retry-after': '0' } },
        { status: 200, body: ISSUE },
      ],
    });

    expect((await freshJira().issue('REL-12'))?.id).toBe('10073');
    expect(calls).toHaveLength(3);
  });

  test('is left alone when the time is too long for a person who waits', async () => {
    const calls = answerJira({
      'GET /rest/api/3/issue/REL-12': { status: 429, headers: { 'retry-after': '30' } },
    });

    await expect(freshJira().issue('REL-12')).rejects.toMatchObject({
      status: 429,
      retryable: true,
    });
    expect(calls).toHaveLength(1);
  });
});

describe('moving an issue', () => {
  const MOVE = 'POST /rest/api/3/issue/10073/transitions';

  test('says Jira’s words when Jira refuses', async () => {
    const calls = answerJira({
      [MOVE]: {
        status: 400,
        body: { errorMessages: ['It is not valid now.'], errors: { resolution: 'Set one.' } },
      },
    });

    expect(await freshJira().move('10073', '101')).toEqual({
      kind: 'refused',
      words: 'It is not valid now. Set one.',
    });
    expect(calls[0]).toMatchObject({ as: 'app', body: { transition: { id: '101' } } });
  });

  test('does not say refused when Jira is broken: nobody knows what it did', async () => {
    answerJira({ [MOVE]: { status: 502 } });

    await expect(freshJira().move('10073', '101')).rejects.toMatchObject({ retryable: true });
  });
});

describe('the changes of status', () => {
  const entry = (id: number, items: object[]) => ({
    id: String(id),
    author: { accountId: 'a' },
    items,
  });
  const change = { fieldId: 'status', from: '1', to: '2', toString: 'Ready' };

  test('are the newest first, without the changes of other fields', async () => {
    answerJira({
      'GET /rest/api/3/issue/10073/changelog': {
        status: 200,
        body: {
          total: 3,
          values: [
            entry(1, [change]),
            entry(2, [{ fieldId: 'summary', from: null, to: null }]),
            { ...entry(3, [{ ...change, from: '2', to: '3' }]), author: null },
          ],
        },
      },
    });

    expect(await freshJira().statusChanges('10073')).toEqual([
      { id: '3', author: null, from: '2', to: '3', texts: { status: 'Ready' } },
      { id: '1', author: 'a', from: '1', to: '2', texts: { status: 'Ready' } },
    ]);
  });

  test('come with what the transition’s screen wrote in the same entry, and with nothing of another', async () => {
    const reason = (toString: string | null) => ({ fieldId: 'customfield_7', toString });
    const without = { fieldId: 'customfield_7', from: 'old', to: null };
    answerJira({
      'GET /rest/api/3/issue/10073/changelog': {
        status: 200,
        body: {
          total: 4,
          values: [
            entry(1, [reason(' The wrong package. \n'), change]),
            entry(2, [reason('Written later.')]),
            entry(3, [{ ...change, from: '2', to: '3' }, reason(null)]),
            entry(4, [without, { ...change, from: '3', to: '4' }]),
          ],
        },
      },
    });

    const changes = await freshJira().statusChanges('10073');

    expect(changes.map(({ id, texts }) => [id, texts['customfield_7']])).toEqual([
      ['4', undefined],
      ['3', undefined],
      ['1', 'The wrong package.'],
    ]);
  });

  test('are taken from the end of a long changelog, in two calls', async () => {
    const calls = answerJira({
      'GET /rest/api/3/issue/10073/changelog': [
        { status: 200, body: { total: 250, values: [entry(1, [change])] } },
        { status: 200, body: { total: 250, values: [entry(250, [change])] } },
      ],
    });

    expect((await freshJira().statusChanges('10073'))[0]?.id).toBe('250');
    expect(calls[1]?.request).toContain('startAt=150');
  });
});

describe('writing the gate', () => {
  const ari = (key: string) =>
    `ari:cloud:ecosystem::extension/app-of-the-test/environment-of-the-test/static/${key}`;
  const FIELDS = {
    status: 200,
    body: [
      { id: 'summary', schema: { type: 'string', system: 'summary' } },
      { id: 'customfield_1', schema: { custom: ari('interlock-gate') } },
      { id: 'customfield_2', schema: { custom: ari('release-environment') } },
    ],
  };
  const GATE = { until: 1, due: [], allow: { submit: ['*'] } };

  test('writes both fields in one call, and looks their ids up once', async () => {
    const calls = answerJira({
      'GET /rest/api/3/field': FIELDS,
      'POST /rest/api/3/app/field/value': { status: 204 },
    });
    const jira = freshJira();

    await jira.writeGate('10073', GATE, 'UAT');
    await jira.writeGate('10074', GATE, null);

    expect(calls.map(({ request }) => request)).toEqual([
      'GET /rest/api/3/field',
      'POST /rest/api/3/app/field/value?generateChangelog=false',
      'POST /rest/api/3/app/field/value?generateChangelog=false',
    ]);
    expect(calls[1]?.body).toEqual({
      updates: [
        { customField: 'customfield_1', issueIds: [10073], value: GATE },
        { customField: 'customfield_2', issueIds: [10073], value: 'UAT' },
      ],
    });
  });

  test('looks the ids up again after Jira has refused them', async () => {
    const calls = answerJira({
      'GET /rest/api/3/field': FIELDS,
      'POST /rest/api/3/app/field/value': [{ status: 404 }, { status: 204 }],
    });
    const jira = freshJira();

    await expect(jira.writeGate('10073', GATE, 'UAT')).rejects.toMatchObject({ status: 404 });
    await jira.writeGate('10073', GATE, 'UAT');

    expect(calls.filter(({ request }) => request.startsWith('GET'))).toHaveLength(2);
  });

  test('says what to do where Jira has no such field', async () => {
    answerJira({ 'GET /rest/api/3/field': { status: 200, body: [] } });

    await expect(freshJira().writeGate('10073', GATE, 'UAT')).rejects.toThrow('reinstall the app');
  });
});

describe('a comment', () => {
  const COMMENT = { tone: 'notice', label: 'Rejected', text: 'Wrong package.' } as const;
  const NEWEST = 'GET /rest/api/3/issue/10073/comment';
  const MARKED = 'POST /rest/api/3/comment/list';
  const ADD = 'POST /rest/api/3/issue/10073/comment';

  test('carries its mark as a property', async () => {
    const calls = answerJira({
      [NEWEST]: { status: 200, body: { comments: [] } },
      [ADD]: { status: 201, body: { id: '1' } },
    });

    await freshJira().comment('10073', '10073.7', COMMENT);

    expect(calls[1]?.body).toMatchObject({
      properties: [{ key: 'interlock', value: { mark: '10073.7' } }],
    });
  });

  test('is not added again when one of the newest carries the same mark', async () => {
    const calls = answerJira({
      [NEWEST]: { status: 200, body: { comments: [{ id: '5' }, { id: '4' }] } },
      [MARKED]: {
        status: 200,
        body: {
          values: [
            { id: '5' },
            { id: '4', properties: [{ key: 'interlock', value: { mark: '10073.7' } }] },
          ],
        },
      },
    });

    await freshJira().comment('10073', '10073.7', COMMENT);

    expect(calls.map(({ request }) => request.split('?')[0])).toEqual([NEWEST, MARKED]);
    expect(calls[1]?.body).toEqual({ ids: [5, 4] });
  });
});

test('a person may edit whom Jira lets edit the issue and the content, and both are asked at once', async () => {
  const EDIT_CONTENT = appPermission('edit-content');
  const granted = (permission: string, issues: readonly number[]) => ({
    permission,
    issues,
    projects: [],
  });
  const calls = answerJira({
    'POST /rest/api/3/permissions/check': {
      status: 200,
      body: {
        globalPermissions: [],
        projectPermissions: [
          granted('EDIT_ISSUES', [10073, 10074]),
          granted(EDIT_CONTENT, [10073, 10075]),
        ],
      },
    },
  });
  const jira = freshJira();

  expect(await jira.mayEdit('account-dev', '10073', '10000')).toBe(true);
  expect(await jira.mayEdit('account-dev', '10074', '10000')).toBe(false);
  expect(await jira.mayEdit('account-dev', '10075', '10000')).toBe(false);
  expect(calls).toHaveLength(3);
  expect(calls[0]?.body).toEqual({
    accountId: 'account-dev',
    projectPermissions: [{ permissions: ['EDIT_ISSUES', EDIT_CONTENT], issues: [10073] }],
  });
});
