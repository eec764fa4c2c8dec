import { describe, expect, test } from '@jest/globals';
import type { AppModule } from '../../../local/services/service';
import { toyJira, TOY_APP_ACCOUNT, type ToyJira } from '../../support/toy-jira';
import { at } from '../../support/toy-jira-values';
import { accountOf, issue, move, ok, project } from '../../support/toy-workflow';

const trigger = (events: readonly unknown[], filter?: unknown): AppModule => ({
  type: 'trigger',
  key: 'watch',
  properties: { function: 'watch', events, ...(filter === undefined ? {} : { filter }) },
});

async function watched(
  events: readonly unknown[],
  filter?: unknown,
): Promise<{ readonly toy: ToyJira; readonly key: string }> {
  const toy = toyJira({ modules: [trigger(events, filter)] });
  await project(toy);
  const key = await issue(toy);
  return { toy, key };
}

const types = (toy: ToyJira) => toy.app.delivered.map(({ payload }) => payload['eventType']);

describe('an event', () => {
  test('of a move has the shape that Atlassian documents', async () => {
    const { toy, key } = await watched(['avi:jira:updated:issue']);

    ok(await move(toy, 'leader', key, '21'));

    const accountId = await accountOf(toy, 'leader');
    const log = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}/changelog`));
    expect(toy.app.delivered).toHaveLength(1);
    expect(toy.app.delivered[0]).toMatchObject({
      kind: 'product-event',
      moduleKey: 'watch',
      moduleType: 'trigger',
      functionKey: 'watch',
      accountId,
      payload: {
        eventType: 'avi:jira:updated:issue',
        selfGenerated: false,
        jiraEventTypeName: 'issue_generic',
        timestamp: expect.stringMatching(/^\d+$/),
        atlassianId: accountId,
        issue: {
          id: expect.any(String),
          key,
          fields: {
            summary: 'A release',
            issuetype: { id: expect.any(String), name: 'Task', subtask: false },
            creator: { accountId: expect.any(String) },
            project: { key: 'REL' },
            assignee: null,
            status: { name: 'In Progress', statusCategory: { id: 4, key: 'indeterminate' } },
          },
        },
        changelog: {
          id: at(log.body, 'values', 0, 'id'),
          items: [
            {
              field: 'status',
              fieldtype: 'jira',
              fieldId: 'status',
              fromString: 'To Do',
              toString: 'In Progress',
            },
          ],
        },
        associatedUsers: { associatedUsers: [{ accountId }] },
        context: { cloudId: 'toy-cloud', moduleKey: 'watch' },
      },
    });
  });

  test('goes only to triggers that name it', async () => {
    const { toy, key } = await watched([
      'avi:jira:created:issue',
      { eventType: 'avi:jira:deleted:issue' },
    ]);

    ok(await move(toy, 'leader', key, '21'));
    ok(await toy.as('leader', 'DELETE', `/rest/api/3/issue/${key}`));

    expect(types(toy)).toEqual(['avi:jira:created:issue', 'avi:jira:deleted:issue']);
  });

  test('is sent for edits, assignments and comments', async () => {
    const { toy, key } = await watched([
      'avi:jira:updated:issue',
      'avi:jira:assigned:issue',
      'avi:jira:commented:issue',
    ]);
    const accountId = await accountOf(toy, 'leader');
    const text = { type: 'paragraph', content: [{ type: 'text', text: 'x' }] };
    const body = { type: 'doc', version: 1, content: [text] };

    const fields = { summary: 'Another', assignee: { accountId } };
    ok(await toy.as('dev', 'PUT', `/rest/api/3/issue/${key}`, { fields }));
    ok(await toy.as('dev', 'POST', `/rest/api/3/issue/${key}/comment`, { body }));
    ok(await toy.as('dev', 'PUT', `/rest/api/3/issue/${key}`, { fields }));

    expect(types(toy)).toEqual([
      'avi:jira:updated:issue',
      'avi:jira:assigned:issue',
      'avi:jira:commented:issue',
    ]);
    expect(at(toy.app.delivered[0]?.payload, 'changelog', 'items')).toHaveLength(2);
  });

  test('of the app itself is marked, and kept back where the trigger ignores its own', async () => {
    const open = await watched(['avi:jira:updated:issue']);
    const shut = await watched(['avi:jira:updated:issue'], { ignoreSelf: true });
    const leader = await accountOf(shut.toy, 'leader');

    for (const { toy, key } of [open, shut]) {
      const path = `/rest/api/3/issue/${key}/transitions`;
      ok(await toy.asApp('POST', path, { transition: { id: '21' } }));
      ok(await toy.asApp('POST', path, { transition: { id: '31' } }, leader));
    }

    expect(open.toy.app.delivered.map(({ payload }) => payload['selfGenerated'])).toEqual([
      true,
      true,
    ]);
    expect(open.toy.app.delivered[0]?.accountId).toBe(TOY_APP_ACCOUNT);
    expect(shut.toy.app.delivered).toEqual([]);
  });

  test('passes the expression of a filter only when it is true', async () => {
    const filter = { expression: "event.issue.fields.status.name == 'Done'" };
    const { toy, key } = await watched(['avi:jira:updated:issue'], filter);

    ok(await move(toy, 'leader', key, '21'));
    ok(await move(toy, 'leader', key, '31'));

    expect(toy.app.delivered).toHaveLength(1);
  });

  test.each([
    [undefined, 0, true],
    ['IGNORE', 0, false],
    ['IGNORE_AND_LOG', 0, true],
    ['RECEIVE', 1, false],
    ['RECEIVE_AND_LOG', 1, true],
  ])(
    'whose filter fails is dealt with as onError %s says',
    async (onError, deliveries, isLogged) => {
      const expression = 'event.issue.fields.issueType.name == "Bug"';
      const filter = onError === undefined ? { expression } : { expression, onError };
      const { toy, key } = await watched(['avi:jira:updated:issue'], filter);

      ok(await move(toy, 'leader', key, '21'));

      expect(toy.app.delivered).toHaveLength(deliveries);
      expect(toy.logged.join().includes('filter of trigger watch')).toBe(isLogged);
    },
  );

  test('of an app field has a history entry only where one was asked for', async () => {
    const toy = toyJira({
      modules: [
        trigger(['avi:jira:updated:issue']),
        {
          type: 'jira:customField',
          key: 'environment',
          properties: { name: 'Environment', type: 'string', readOnly: true },
        },
      ],
    });
    await project(toy);
    const key = await issue(toy);
    const id = Number(at((await toy.as('dev', 'GET', `/rest/api/3/issue/${key}`)).body, 'id'));
    const write = (query: string, value: string) =>
      toy.asApp('PUT', `/rest/api/3/app/field/customfield_10000/value${query}`, {
        updates: [{ issueIds: [id], value }],
      });

    ok(await write('', 'SIT'));
    ok(await write('?generateChangelog=false', 'UAT'));
    ok(await write('?generateChangelog=false&generateAppEvents=false', 'STAGE'));

    const log = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}/changelog`));
    expect(at(log.body, 'total')).toBe(1);
    expect(at(log.body, 'values', 0, 'items', 0)).toMatchObject({
      field: 'Environment',
      fieldtype: 'custom',
      toString: 'SIT',
    });
    expect(toy.app.delivered).toHaveLength(2);
    expect(at(toy.app.delivered[1]?.payload, 'changelog', 'id')).toBeUndefined();
  });
});

describe('a status forced by an administrator', () => {
  test('changes past every rule, with changelog and event and without post-functions', async () => {
    const { toy, key } = await watched(['avi:jira:updated:issue']);

    const forced = await toy.as('admin', 'POST', '/local/force-status', {
      issue: key,
      statusId: '10001',
    });

    expect(forced.status).toBe(204);
    expect(types(toy)).toEqual(['avi:jira:updated:issue']);
    const log = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}/changelog`));
    expect(at(log.body, 'values', 0, 'items', 0, 'toString')).toBe('Done');
  });

  test('is for administrators', async () => {
    const { toy, key } = await watched([]);

    const answer = await toy.as('leader', 'POST', '/local/force-status', {
      issue: key,
      statusId: '10001',
    });

    expect(answer.status).toBe(403);
  });
});
