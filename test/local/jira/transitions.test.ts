import { describe, expect, test } from '@jest/globals';
import { toyJira, TOY_APP_ACCOUNT } from '../../support/toy-jira';
import { at, list } from '../../support/toy-jira-values';
import { accountOf, issue, move, ok, projectWith, statusOf } from '../../support/toy-workflow';

const ARI = 'ari:cloud:ecosystem::extension/toy-app/toy-environment/static';

const MODULES = [
  {
    type: 'jira:workflowValidator',
    key: 'gate',
    properties: { name: 'Gate', description: '', function: 'validate' },
  },
  {
    type: 'jira:workflowCondition',
    key: 'due',
    properties: {
      name: 'Due',
      description: '',
      expression: 'issue[config.gateField] != null && issue[config.gateField].due == config.action',
    },
  },
  {
    type: 'jira:workflowPostFunction',
    key: 'recorder',
    properties: { name: 'Recorder', description: '', function: 'record' },
  },
  {
    type: 'jira:customField',
    key: 'gate-field',
    properties: { name: 'Gate', description: '', type: 'object', readOnly: true },
  },
] as const;

const validator = {
  ruleKey: 'forge:expression-validator',
  parameters: { key: `${ARI}/gate`, config: '{"action":"start"}', id: 'v-1', disabled: 'false' },
};
const recorder = {
  ruleKey: 'forge:workflow-post-function',
  parameters: { key: `${ARI}/recorder`, config: '{"action":"start"}', id: 'p-1' },
};

describe('a transition', () => {
  test('moves the issue, writes the changelog and hands the post-function over', async () => {
    const toy = toyJira({ modules: MODULES, functions: { validate: () => ({ result: true }) } });
    await projectWith(
      toy,
      ['Ready', 'Running'],
      [
        {
          name: 'Start',
          from: ['Ready'],
          to: 'Running',
          validators: [validator],
          actions: [recorder],
        },
      ],
    );
    const key = await issue(toy);

    const answer = await move(toy, 'leader', key, '11');

    expect(answer.status).toBe(204);
    expect(await statusOf(toy, key)).toBe('Running');
    const log = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}/changelog`));
    expect(at(log.body, 'values', 0, 'items', 0)).toMatchObject({
      field: 'status',
      fromString: 'Ready',
      toString: 'Running',
    });
    expect(toy.app.called[0]?.payload).toMatchObject({
      issue: { key },
      configuration: { action: 'start' },
      transition: { from: { id: expect.any(String) }, to: { id: expect.any(String) } },
    });
    expect(toy.app.delivered).toHaveLength(1);
    expect(toy.app.delivered[0]).toMatchObject({
      kind: 'post-function',
      functionKey: 'record',
      accountId: await accountOf(toy, 'leader'),
      payload: {
        issue: { key },
        transition: { id: 11, name: 'Start', executionId: expect.any(String) },
        configuration: { action: 'start' },
        changelog: { id: at(log.body, 'values', 0, 'id') },
      },
    });
  });

  test('to the same status has no changelog, and its post-function comes all the same', async () => {
    const toy = toyJira({ modules: MODULES });
    await projectWith(
      toy,
      ['Awaiting approval'],
      [
        {
          name: 'Approve',
          from: ['Awaiting approval'],
          to: 'Awaiting approval',
          actions: [recorder],
        },
      ],
    );
    const key = await issue(toy);

    const answer = await move(toy, 'leader', key, '11');

    expect(answer.status).toBe(204);
    const log = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}/changelog`));
    expect(at(log.body, 'total')).toBe(0);
    expect(toy.app.delivered).toHaveLength(1);
    expect(toy.app.delivered[0]?.payload).not.toHaveProperty('changelog');
    expect(at(toy.app.delivered[0]?.payload, 'transition', 'executionId')).toEqual(
      expect.any(String),
    );
  });

  test('is refused with the sentence of the validator, and nothing is written', async () => {
    const sentence = 'REL-1 cannot start: 1 approval is missing.';
    const functions = { validate: () => ({ result: false, errorMessage: sentence }) };
    const toy = toyJira({ modules: MODULES, functions });
    await projectWith(
      toy,
      ['Ready', 'Running'],
      [
        {
          name: 'Start',
          from: ['Ready'],
          to: 'Running',
          validators: [validator],
          actions: [recorder],
        },
      ],
    );
    const key = await issue(toy);

    const answer = await move(toy, 'leader', key, '11');

    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ errorMessages: [sentence], errors: {} });
    expect(await statusOf(toy, key)).toBe('Ready');
    expect(toy.app.delivered).toEqual([]);
  });

  test('is hidden from everybody until the app writes the field that its condition reads', async () => {
    const toy = toyJira({ modules: MODULES });
    const fields = ok(await toy.as('admin', 'GET', '/rest/api/3/field')).body;
    const gate = list(fields).find((field) => at(field, 'key') === `${ARI}/gate-field`);
    const fieldId = String(at(gate, 'id'));
    const condition = {
      ruleKey: 'forge:expression-condition',
      parameters: {
        key: `${ARI}/due`,
        config: JSON.stringify({ gateField: fieldId, action: 'succeeded' }),
      },
    };
    const machineOnly = {
      ruleKey: 'system:restrict-from-all-users',
      parameters: { restrictMode: 'users' },
    };
    await projectWith(
      toy,
      ['Running', 'Deployed'],
      [
        {
          name: 'Succeeded',
          from: ['Running'],
          to: 'Deployed',
          conditions: { operation: 'ALL', conditions: [machineOnly, condition] },
        },
      ],
    );
    const key = await issue(toy);
    const path = `/rest/api/3/issue/${key}/transitions`;
    const issueId = Number(
      at(ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}`)).body, 'id'),
    );

    const early = await toy.asApp('POST', path, { transition: { id: '11' } });
    const forged = await toy.as('dev', 'PUT', `/rest/api/3/issue/${key}`, {
      fields: { [fieldId]: { due: 'succeeded' } },
    });
    const written = await toy.asApp(
      'PUT',
      `/rest/api/3/app/field/${fieldId}/value?generateChangelog=false`,
      { updates: [{ issueIds: [issueId], value: { due: 'succeeded' } }] },
    );
    const listed = ok(await toy.asApp('GET', path));
    const listedForMachines = ok(await toy.asApp('GET', `${path}?skipRemoteOnlyCondition=true`));
    const due = await toy.asApp('POST', path, { transition: { id: '11' } });

    expect(early.status).toBe(400);
    expect(early.text).toContain('illegal workflow operation');
    expect(forged.status).toBe(400);
    expect(written.status).toBe(204);
    expect(at(listed.body, 'transitions')).toEqual([]);
    expect(at(listedForMachines.body, 'transitions', 0, 'name')).toBe('Succeeded');
    expect(due.status).toBe(204);
    expect(await statusOf(toy, key)).toBe('Deployed');
    const log = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}/changelog`));
    expect(at(log.body, 'total')).toBe(1);
    expect(at(log.body, 'values', 0, 'author', 'accountId')).toBe(TOY_APP_ACCOUNT);
  });
});
