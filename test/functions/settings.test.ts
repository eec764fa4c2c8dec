import { describe, expect, test } from '@jest/globals';
import { settings } from '../../src/functions/settings';
import { appPermission } from '#forge/app-permissions';
import type { SETTINGS_CALLS } from '#wire/page';
import { RECORDS } from '../support/sample-records';
import { answerJira } from '../support/toy-fetch';

const INVOCATION = {
  installContext: 'ari:cloud:jira::site/1',
  principal: { accountId: 'account-dev' },
};
const PLACE = { extension: { project: { id: '10000', key: 'REL' } } };

const PAYLOADS: Readonly<Record<keyof typeof SETTINGS_CALLS, object>> = {
  'settings.show': {},
  'workflow.install': {},
  'policy.put': { policy: RECORDS.policy.policy },
  'site.put': { site: RECORDS.site.site },
  'agent.enroll': { name: 'Room 1', environments: ['SIT'] },
  'agent.approve': { agentId: 'ag-1', fingerprint: 'abcd' },
  'agent.revoke': { agentId: 'ag-1' },
};

describe('a person who does not administer the project', () => {
  test.each(Object.entries(PAYLOADS))('gets nothing from %s', async (functionKey, payload) => {
    const calls = answerJira({
      'POST /rest/api/3/permissions/check': {
        status: 200,
        body: { globalPermissions: [], projectPermissions: [] },
      },
    });

    const reply = await settings({ call: { functionKey, payload }, context: PLACE }, INVOCATION);

    expect(reply).toEqual({
      kind: 'refused',
      sentence: expect.stringContaining('by people with the permission'),
    });
    expect(calls.map(({ as, request }) => `${as} ${request}`)).toEqual([
      'user POST /rest/api/3/permissions/check',
    ]);
  });

  test.each(Object.keys(PAYLOADS))(
    'hears about the permission first, whatever %s brings',
    async (functionKey) => {
      answerJira({
        'POST /rest/api/3/permissions/check': {
          status: 200,
          body: { globalPermissions: [], projectPermissions: [] },
        },
      });
      const call = { functionKey, payload: { site: 5, policy: [], agentId: '', name: '' } };

      expect(await settings({ call, context: PLACE }, INVOCATION)).toEqual({
        kind: 'refused',
        sentence: expect.stringContaining('by people with the permission'),
      });
    },
  );

  test('is asked about anew for each call, for the project that Jira says', async () => {
    const calls = answerJira({
      'POST /rest/api/3/permissions/check': {
        status: 200,
        body: {
          globalPermissions: [],
          projectPermissions: [{ permission: 'ADMINISTER_PROJECTS', issues: [], projects: [99] }],
        },
      },
    });

    for (const payload of [{}, { project: { id: '99' } }]) {
      const call = { functionKey: 'settings.show', payload };
      expect(await settings({ call, context: PLACE }, INVOCATION)).toMatchObject({
        kind: 'refused',
      });
    }

    expect(calls).toHaveLength(2);
    expect(calls[0]?.body).toMatchObject({ projectPermissions: [{ projects: [10000] }] });
  });
});

describe('a person who administers the project, and may not manage its releases', () => {
  const LOOKING = ['settings.show', 'workflow.install'];

  test.each(Object.entries(PAYLOADS).filter(([name]) => !LOOKING.includes(name)))(
    'changes nothing by %s',
    async (functionKey, payload) => {
      const calls = answerJira({
        'POST /rest/api/3/permissions/check': {
          status: 200,
          body: {
            globalPermissions: [],
            projectPermissions: [
              { permission: 'ADMINISTER_PROJECTS', issues: [], projects: [10000] },
            ],
          },
        },
      });

      const reply = await settings({ call: { functionKey, payload }, context: PLACE }, INVOCATION);

      expect(reply).toMatchObject({
        kind: 'refused',
        sentence: expect.stringContaining('the permission Manage release control'),
      });
      expect(calls.map(({ body }) => body)).toEqual([
        {
          projectPermissions: [
            {
              permissions: ['ADMINISTER_PROJECTS', appPermission('manage-settings')],
              projects: [10000],
            },
          ],
        },
      ]);
    },
  );
});
