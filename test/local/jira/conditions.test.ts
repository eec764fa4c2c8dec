import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toyJira, type ToyJira } from '../../support/toy-jira';
import { at, list } from '../../support/toy-jira-values';
import { issue, move, ok, projectWith } from '../../support/toy-workflow';

const ARI = 'ari:cloud:ecosystem::extension/toy-app/toy-environment/static';

const CONDITION = {
  type: 'jira:workflowCondition',
  key: 'people',
  properties: { name: 'People', expression: 'user.groups.includes(config.group)' },
} as const;

const byExpression = (config: unknown, more: Readonly<Record<string, string>> = {}) => ({
  ruleKey: 'forge:expression-condition',
  parameters: { key: `${ARI}/people`, config: JSON.stringify(config), ...more },
});

const restrictedTo = (parameters: Readonly<Record<string, string>>) => ({
  ruleKey: 'system:restrict-issue-transition',
  parameters,
});

const all = (...conditions: readonly unknown[]) => ({ operation: 'ALL', conditions });
const any = (...conditions: readonly unknown[]) => ({ operation: 'ANY', conditions });

/** A Jira whose one transition from Ready has these conditions. */
async function guarded(toy: ToyJira, conditions: unknown): Promise<string> {
  await projectWith(
    toy,
    ['Ready', 'Running'],
    [{ name: 'Start', from: ['Ready'], to: 'Running', conditions }],
  );
  return issue(toy);
}

async function namesFor(toy: ToyJira, who: string, key: string): Promise<readonly unknown[]> {
  const answer = ok(await toy.as(who, 'GET', `/rest/api/3/issue/${key}/transitions`));
  return list(at(answer.body, 'transitions')).map((transition) => at(transition, 'name'));
}

async function groupId(toy: ToyJira, name: string): Promise<string> {
  const answer = ok(await toy.as('admin', 'GET', `/rest/api/3/group?groupname=${name}`));
  return String(at(answer.body, 'groupId'));
}

describe('a condition', () => {
  test('on a group shows the transition to its members and refuses the others', async () => {
    const toy = toyJira();
    const key = await guarded(toy, all(restrictedTo({ groupIds: await groupId(toy, 'leaders') })));

    expect(await namesFor(toy, 'leader', key)).toEqual(['Start']);
    expect(await namesFor(toy, 'dev', key)).toEqual([]);
    expect((await move(toy, 'dev', key, '11')).status).toBe(400);
    expect((await move(toy, 'backup', key, '11')).status).toBe(204);
  });

  test('on a role shows the transition to whoever has it in the project', async () => {
    const toy = toyJira();
    const key = await guarded(toy, all(restrictedTo({ roleIds: '10004' })));
    ok(
      await toy.as('leader', 'POST', '/rest/api/3/project/REL/role/10004', {
        groupId: [await groupId(toy, 'testers')],
      }),
    );

    expect(await namesFor(toy, 'tester', key)).toEqual(['Start']);
    expect(await namesFor(toy, 'dev', key)).toEqual([]);
  });

  test('on a permission shows the transition to its holders', async () => {
    const toy = toyJira();
    const key = await guarded(toy, all(restrictedTo({ permissionKeys: 'ADMINISTER_PROJECTS' })));

    expect(await namesFor(toy, 'leader', key)).toEqual(['Start']);
    expect(await namesFor(toy, 'dev', key)).toEqual([]);
  });

  test('without any criterion is met by nobody', async () => {
    const toy = toyJira();
    const key = await guarded(toy, all(restrictedTo({ groupIds: '' })));

    expect(await namesFor(toy, 'leader', key)).toEqual([]);
  });

  test('against users and the API leaves the transition to nobody, the app included', async () => {
    const toy = toyJira();
    const rule = {
      ruleKey: 'system:restrict-from-all-users',
      parameters: { restrictMode: 'usersAndAPI' },
    };
    const key = await guarded(toy, all(rule));
    const path = `/rest/api/3/issue/${key}/transitions`;

    const byApp = await toy.asApp('POST', path, { transition: { id: '11' } });

    expect(byApp.status).toBe(400);
    expect(
      at((await toy.asApp('GET', `${path}?skipRemoteOnlyCondition=true`)).body, 'transitions'),
    ).toEqual([]);
  });

  test('by expression sees the person and the saved config', async () => {
    const toy = toyJira({ modules: [CONDITION] });
    const key = await guarded(toy, all(byExpression({ group: 'leaders' })));

    expect(await namesFor(toy, 'leader', key)).toEqual(['Start']);
    expect(await namesFor(toy, 'dev', key)).toEqual([]);
  });

  test('takes the expression of the saved config before that of the manifest', async () => {
    const toy = toyJira({ modules: [CONDITION] });
    const key = await guarded(
      toy,
      all(byExpression({ group: 'leaders', expression: "user.groups.includes('testers')" })),
    );

    expect(await namesFor(toy, 'tester', key)).toEqual(['Start']);
    expect(await namesFor(toy, 'leader', key)).toEqual([]);
  });

  test('that fails hides the transition and says so loudly', async () => {
    const toy = toyJira({ modules: [CONDITION] });
    const key = await guarded(toy, all(byExpression({ expression: 'issue.id == "1"' })));

    expect(await namesFor(toy, 'leader', key)).toEqual([]);
    expect(toy.logged.join('\n')).toContain("Can't compare Number to String.");
  });

  test('that gives no Boolean hides the transition', async () => {
    const toy = toyJira({ modules: [CONDITION] });
    const key = await guarded(toy, all(byExpression({ expression: 'issue.key' })));

    expect(await namesFor(toy, 'leader', key)).toEqual([]);
    expect(toy.logged.join('\n')).toContain('did not give a Boolean');
  });

  test('that is disabled hides the transition', async () => {
    const toy = toyJira({ modules: [CONDITION] });
    const key = await guarded(toy, any(byExpression({ group: 'leaders' }, { disabled: 'true' })));

    expect(await namesFor(toy, 'leader', key)).toEqual([]);
  });

  test('of an app that is gone hides the transition', async () => {
    const before = toyJira({ modules: [CONDITION] });
    const key = await guarded(before, all(byExpression({ group: 'leaders' })));

    const after = toyJira({ modules: [] }, before.database);

    expect(await namesFor(after, 'leader', key)).toEqual([]);
    expect((await move(after, 'leader', key, '11')).status).toBe(400);
  });

  test('in a group knows its operator', async () => {
    const toy = toyJira({ modules: [CONDITION] });
    const sees = (value: string) => byExpression({ expression: `groupOperator == ${value}` });
    const key = await guarded(toy, {
      operation: 'ALL',
      conditions: [sees("'AND'")],
      conditionGroups: [any(sees("'OR'"), sees("'OR'")), all(sees('null'))],
    });

    expect(await namesFor(toy, 'leader', key)).toEqual(['Start']);
  });

  test('of any shape answers yes or no as ALL and ANY say', async () => {
    interface Tree {
      readonly operation: 'ALL' | 'ANY';
      readonly conditions: readonly boolean[];
      readonly conditionGroups: readonly Tree[];
    }
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.record({
        operation: fc.constantFrom('ALL', 'ANY'),
        conditions: fc.array(fc.boolean(), { maxLength: 3 }),
        conditionGroups: fc.array(tie('tree'), { maxLength: 2, depthIdentifier: 'tree' }),
      }),
    }));
    const holds = ({ operation, conditions, conditionGroups }: Tree): boolean => {
      const parts = [...conditions, ...conditionGroups.map(holds)];
      if (parts.length === 0) return true;
      return operation === 'ALL' ? parts.every(Boolean) : parts.some(Boolean);
    };
    const rules = ({ operation, conditions, conditionGroups }: Tree): unknown => ({
      operation,
      conditions: conditions.map((value) => byExpression({ expression: String(value) })),
      conditionGroups: conditionGroups.map(rules),
    });

    await fc.assert(
      fc.asyncProperty(tree, async (shape) => {
        const toy = toyJira({ modules: [CONDITION] });
        const key = await guarded(toy, rules(shape));

        expect(await namesFor(toy, 'leader', key)).toEqual(holds(shape) ? ['Start'] : []);
      }),
      { numRuns: 25 },
    );
  });
});
