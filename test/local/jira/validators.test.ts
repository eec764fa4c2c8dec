import { describe, expect, test } from '@jest/globals';
import type { FunctionOutcome } from '../../../local/services/service';
import { toyJira, type ToyJira } from '../../support/toy-jira';
import { at } from '../../support/toy-jira-values';
import { accountOf, issue, move, ok, projectWith, statusOf } from '../../support/toy-workflow';

const ARI = 'ari:cloud:ecosystem::extension/toy-app/toy-environment/static';

const BY_FUNCTION = {
  type: 'jira:workflowValidator',
  key: 'gate',
  properties: { name: 'Gate', function: 'validate' },
} as const;
const SECOND = {
  type: 'jira:workflowValidator',
  key: 'second',
  properties: { name: 'Second', function: 'second' },
} as const;
const BY_EXPRESSION = {
  type: 'jira:workflowValidator',
  key: 'assigned',
  properties: {
    name: 'Assigned',
    expression: 'issue.assignee != null',
    errorMessage: 'Assign the release first.',
  },
} as const;
const MODULES = [BY_FUNCTION, SECOND, BY_EXPRESSION];

const rule = (key: string, config: unknown = {}) => ({
  ruleKey: 'forge:expression-validator',
  parameters: { key: `${ARI}/${key}`, config: JSON.stringify(config) },
});

const GENERAL =
  'The workflow validator "Gate" did not allow this transition. Try again; if it happens again, tell your Jira administrator.';

async function validated(toy: ToyJira, ...validators: readonly unknown[]): Promise<string> {
  await projectWith(
    toy,
    ['Ready', 'Running', 'Aborted'],
    [
      { name: 'Start', from: ['Ready'], to: 'Running', validators },
      { name: 'Abort', from: 'any', to: 'Aborted' },
    ],
  );
  return issue(toy);
}

const sentences = (body: unknown) => at(body, 'errorMessages');

describe('a validator by function', () => {
  test.each([
    ['false without a sentence', { result: false }],
    ['a text instead of true', { result: 'true' }],
    ['nothing', undefined],
    ['a list', [true]],
    ['an empty sentence', { result: false, errorMessage: '' }],
    ['a sentence of another type', { result: false, errorMessage: { text: 'no' } }],
  ])('that answers %s refuses with the general sentence', async (_name, value) => {
    const toy = toyJira({ modules: MODULES, functions: { validate: () => value } });
    const key = await validated(toy, rule('gate'));

    const answer = await move(toy, 'leader', key, '11');

    expect(answer.status).toBe(400);
    expect(sentences(answer.body)).toEqual([GENERAL]);
    expect(await statusOf(toy, key)).toBe('Ready');
  });

  test.each([
    [{ kind: 'threw', name: 'TypeError', message: 'x is undefined' }, 'threw TypeError'],
    [{ kind: 'timed-out', deadlineSeconds: 25 }, 'took longer than 25 s'],
    [{ kind: 'crashed', message: 'exit code 1' }, 'crashed: exit code 1'],
  ] satisfies readonly [FunctionOutcome, string][])(
    'that ends as %j refuses and is logged',
    async (outcome, logged) => {
      const toy = toyJira({ modules: MODULES });
      const key = await validated(toy, rule('gate'));
      toy.app.call = async () => outcome;

      const answer = await move(toy, 'leader', key, '11');

      expect(answer.status).toBe(400);
      expect(sentences(answer.body)).toEqual([GENERAL]);
      expect(toy.logged.join('\n')).toContain(logged);
      expect(await statusOf(toy, key)).toBe('Ready');
    },
  );

  test('gets status ids, the issue key, its config and what the screen changed, and no user', async () => {
    const toy = toyJira({ modules: MODULES, functions: { validate: () => ({ result: true }) } });
    const screen = ok(await toy.as('admin', 'POST', '/rest/api/3/screens', { name: 'S' }));
    const screenId = String(at(screen.body, 'id'));
    const tabs = ok(await toy.as('admin', 'GET', `/rest/api/3/screens/${screenId}/tabs`));
    const tab = `/rest/api/3/screens/${screenId}/tabs/${String(at(tabs.body, 0, 'id'))}/fields`;
    for (const fieldId of ['assignee', 'labels']) {
      ok(await toy.as('admin', 'POST', tab, { fieldId }));
    }
    await projectWith(
      toy,
      ['Ready', 'Running'],
      [
        {
          name: 'Start',
          from: ['Ready'],
          to: 'Running',
          validators: [rule('gate', { action: 'start' })],
          transitionScreen: { ruleKey: 'system:transition-screen', parameters: { screenId } },
        },
      ],
    );
    const key = await issue(toy);
    const accountId = await accountOf(toy, 'leader');

    const answer = await move(toy, 'leader', key, '11', {
      fields: { assignee: { accountId }, labels: ['hot'] },
    });

    expect(answer.status).toBe(204);
    const status = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}?fields=status`));
    expect(toy.app.called).toHaveLength(1);
    expect(toy.app.called[0]?.payload).toEqual({
      issue: { key },
      configuration: { action: 'start' },
      transition: {
        from: { id: expect.stringMatching(/^\d+$/) },
        to: { id: at(status.body, 'fields', 'status', 'id') },
        modifiedFields: { assignee: { accountId }, labels: ['hot'] },
      },
    });
    expect(toy.app.called[0]?.accountId).toBeUndefined();
    expect(toy.app.called[0]?.deadlineSeconds).toBe(25);
  });

  test('that refuses keeps the next one from running', async () => {
    const functions = {
      validate: () => ({ result: false, errorMessage: 'first' }),
      second: () => ({ result: false, errorMessage: 'second' }),
    };
    const toy = toyJira({ modules: MODULES, functions });
    const key = await validated(toy, rule('gate'), rule('second'));

    const answer = await move(toy, 'leader', key, '11');

    expect(sentences(answer.body)).toEqual(['first']);
    expect(toy.app.called.map(({ functionKey }) => functionKey)).toEqual(['validate']);
  });

  test('may move another issue while Jira waits for it', async () => {
    let other = '';
    const functions = {
      validate: async () => {
        const path = `/rest/api/3/issue/${other}/transitions`;
        const moved = await toy.asApp('POST', path, { transition: { id: '12' } });
        return { result: moved.status === 204 };
      },
    };
    const toy: ToyJira = toyJira({ modules: MODULES, functions });
    const key = await validated(toy, rule('gate'));
    other = await issue(toy, 'Another');

    const answer = await move(toy, 'leader', key, '11');

    expect(answer.status).toBe(204);
    expect(await statusOf(toy, other)).toBe('Aborted');
  });

  test('during which somebody else moves the issue ends in a conflict', async () => {
    const functions = {
      validate: async () => {
        ok(await move(toy, 'dev', key, '12'));
        return { result: true };
      },
    };
    const toy: ToyJira = toyJira({ modules: MODULES, functions });
    const key: string = await validated(toy, rule('gate'));

    const answer = await move(toy, 'leader', key, '11');

    expect(answer.status).toBe(409);
    expect(await statusOf(toy, key)).toBe('Aborted');
    const log = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}/changelog`));
    expect(at(log.body, 'total')).toBe(1);
  });

  test('during which the issue is deleted ends as if it had never been', async () => {
    const functions = {
      validate: async () => {
        ok(await toy.as('leader', 'DELETE', `/rest/api/3/issue/${key}`));
        return { result: true };
      },
    };
    const toy: ToyJira = toyJira({ modules: MODULES, functions });
    const key: string = await validated(toy, rule('gate'));

    const answer = await move(toy, 'leader', key, '11');

    expect(answer.status).toBe(404);
  });
});

describe('a validator by expression', () => {
  test('refuses with the sentence of the manifest', async () => {
    const toy = toyJira({ modules: MODULES });
    const key = await validated(toy, rule('assigned'));

    const answer = await move(toy, 'leader', key, '11');

    expect(sentences(answer.body)).toEqual(['Assign the release first.']);
  });

  test('refuses with the text that it gives', async () => {
    const toy = toyJira({ modules: MODULES });
    const expression = 'issue.assignee == null ? "Nobody works on " + issue.key : true';
    const key = await validated(toy, rule('assigned', { expression }));

    const answer = await move(toy, 'leader', key, '11');

    expect(sentences(answer.body)).toEqual([`Nobody works on ${key}`]);
  });

  test('passes when it is true', async () => {
    const toy = toyJira({ modules: MODULES });
    const key = await validated(toy, rule('assigned'));
    const accountId = await accountOf(toy, 'dev');
    const fields = { assignee: { accountId } };
    ok(await toy.as('dev', 'PUT', `/rest/api/3/issue/${key}`, { fields }));

    expect((await move(toy, 'leader', key, '11')).status).toBe(204);
  });

  test.each(['issue.nothing', '1', 'issue.assignee', 'null', 'not an expression'])(
    'refuses when it is %s, and says so in the log',
    async (expression) => {
      const toy = toyJira({ modules: MODULES });
      const key = await validated(toy, rule('assigned', { expression }));

      const answer = await move(toy, 'leader', key, '11');

      expect(answer.status).toBe(400);
      expect(toy.logged.join('\n')).toContain('Validator assigned');
    },
  );

  test('of an app that is gone refuses', async () => {
    const before = toyJira({ modules: MODULES });
    const key = await validated(before, rule('assigned'));

    const after = toyJira({ modules: [] }, before.database);
    const answer = await move(after, 'leader', key, '11');

    expect(sentences(answer.body)).toEqual([
      'A workflow validator of an app did not allow this transition. Tell your Jira administrator.',
    ]);
  });
});
