import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJql } from '../../../local/services/jira/jql/parse';
import { toyJira, type ToyJira } from '../../support/toy-jira';
import { at, list } from '../../support/toy-jira-values';
import { accountOf, issue, move, ok, project } from '../../support/toy-workflow';

const SEARCH = '/rest/api/3/search/jql';

/** Four issues of known differences, indexed. */
async function filled(): Promise<ToyJira> {
  const toy = toyJira();
  await project(toy);
  const first = await issue(toy, 'Upgrade of A18');
  toy.clock.pass(86_400_000);
  const second = await issue(toy, 'Upgrade of B20', 'tester');
  const third = await issue(toy, 'Hotfix 100%');
  ok(await move(toy, 'dev', second, '21'));
  ok(await move(toy, 'dev', third, '31'));
  const accountId = await accountOf(toy, 'leader');
  ok(
    await toy.as('dev', 'PUT', `/rest/api/3/issue/${first}`, {
      fields: { assignee: { accountId } },
    }),
  );
  ok(
    await toy.as('dev', 'POST', '/rest/api/3/issue', {
      fields: {
        project: { key: 'REL' },
        issuetype: { name: 'Sub-task' },
        parent: { key: first },
        summary: 'A part',
      },
    }),
  );
  toy.clock.pass(5_000);
  return toy;
}

async function keys(toy: ToyJira, jql: string, who = 'dev'): Promise<readonly unknown[]> {
  const answer = ok(await toy.as(who, 'POST', SEARCH, { jql, fields: ['key'] }));
  return list(at(answer.body, 'issues')).map((found) => at(found, 'key'));
}

describe('a search', () => {
  test.each([
    ['project = REL ORDER BY key ASC', ['REL-1', 'REL-2', 'REL-3', 'REL-4']],
    ['project = "Rel" order by created DESC, key DESC', ['REL-4', 'REL-3', 'REL-2', 'REL-1']],
    ['status = "In Progress"', ['REL-2']],
    ['status in (Done, "in progress") ORDER BY status', ['REL-2', 'REL-3']],
    ['project = REL AND status != Done ORDER BY key', ['REL-1', 'REL-2', 'REL-4']],
    ['statusCategory = done', ['REL-3']],
    ['statusCategory not in ("To Do")', ['REL-3', 'REL-2']],
    ['issuetype = Sub-task', ['REL-4']],
    ['type != Sub-task AND project = REL ORDER BY key', ['REL-1', 'REL-2', 'REL-3']],
    ['parent = REL-1', ['REL-4']],
    ['project = REL AND parent is EMPTY ORDER BY key', ['REL-1', 'REL-2', 'REL-3']],
    ['key in (REL-1, REL-3) ORDER BY key', ['REL-1', 'REL-3']],
    ['key > REL-2 ORDER BY key', ['REL-3', 'REL-4']],
    ['assignee = leader@example.com', ['REL-1']],
    ['assignee is not empty', ['REL-1']],
    ['assignee = empty AND project = REL ORDER BY key', ['REL-2', 'REL-3', 'REL-4']],
    ['reporter = currentUser() AND status = Done', ['REL-3']],
    ['NOT (status = Done OR status = "To Do") AND project = REL', ['REL-2']],
    ['NOT status in ("To Do") AND NOT status = Done AND project = REL', ['REL-2']],
    ['created < -12h', ['REL-1']],
    ['created >= 2026-11-21 AND updated <= now() ORDER BY key', ['REL-2', 'REL-3', 'REL-4']],
    ['created < "2026/11/20 12:01"', ['REL-1']],
    ['summary ~ "upgrade" ORDER BY key', ['REL-1', 'REL-2']],
    ['summary ~ "100%"', ['REL-3']],
    ['summary !~ Upgrade AND project = REL ORDER BY key', ['REL-3', 'REL-4']],
    ["(project = REL and (status = Done)) or key = 'REL-4' order by key", ['REL-3', 'REL-4']],
  ])('for %s finds %j', async (jql, expected) => {
    expect(await keys(await filled(), jql)).toEqual(expected);
  });

  test.each([
    ['colour = red', "Field 'colour' does not exist or you do not have permission to view it."],
    ['project = OTHER', "The value 'OTHER' does not exist for the field 'project'."],
    ['status = Nowhere', "The value 'Nowhere' does not exist for the field 'status'."],
    ['status ~ Done', "The operator '~' is not supported by the 'status' field."],
    [
      'project REL',
      "Error in the JQL Query: Expecting operator but got 'REL'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (line 1, character 9)",
    ],
    [
      'project',
      "Error in the JQL Query: Expecting operator before the end of the query. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.",
    ],
    [
      'project = in',
      "Error in the JQL Query: Expecting either a value, list or function but got 'in'. You must surround 'in' in quotation marks to use it as a value. (line 1, character 11)",
    ],
    [
      'project = REL status = Done',
      "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'status'. (line 1, character 15)",
    ],
    [
      'project = "REL',
      "Error in the JQL Query: The quoted string 'REL' has not been completed. (line 1, character 11)",
    ],
    ['(project = REL', "Error in the JQL Query: Expecting ')' before the end of the query."],
    [
      'project in REL',
      "Error in the JQL Query: Expecting '(' but got 'REL'. (line 1, character 12)",
    ],
    ['created > soon', "The value 'soon' does not exist for the field 'created'."],
    ['parent is REL-1', "The operator 'is' takes EMPTY or NULL only."],
    ['reporter = nobody()', "The value 'nobody' does not exist for the field 'reporter'."],
    [
      '',
      'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.',
    ],
    [
      'ORDER BY created',
      'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.',
    ],
  ])('for "%s" is refused in Jira\'s words', async (jql, sentence) => {
    const toy = await filled();

    const answer = await toy.as('dev', 'POST', SEARCH, { jql });

    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ errorMessages: [sentence], errors: {} });
  });

  test('finds by the value of an app field, by its name or its number', async () => {
    const toy = toyJira({
      modules: [
        {
          type: 'jira:customField',
          key: 'environment',
          properties: { name: 'Release environment', type: 'string', readOnly: true },
        },
      ],
    });
    await project(toy);
    const key = await issue(toy);
    await issue(toy, 'Another');
    const issueId = Number(at((await toy.as('dev', 'GET', `/rest/api/3/issue/${key}`)).body, 'id'));
    ok(
      await toy.asApp('PUT', '/rest/api/3/app/field/customfield_10000/value', {
        updates: [{ issueIds: [issueId], value: 'UAT' }],
      }),
    );
    toy.clock.pass(5_000);

    expect(await keys(toy, '"Release environment" = UAT')).toEqual([key]);
    expect(await keys(toy, 'cf[10000] in (SIT, UAT)')).toEqual([key]);
    expect(await keys(toy, 'project = REL and "Release environment" is empty')).toEqual(['REL-2']);
  });

  test('sees what was true two seconds ago, unless issues are named to be reconciled', async () => {
    const toy = await filled();
    ok(await move(toy, 'dev', 'REL-1', '31'));
    const id = Number(at((await toy.as('dev', 'GET', '/rest/api/3/issue/REL-1')).body, 'id'));

    const stale = await keys(toy, 'status = Done ORDER BY key');
    const reconciled = ok(
      await toy.as('dev', 'POST', SEARCH, { jql: 'status = Done', reconcileIssues: [id] }),
    );
    toy.clock.pass(2_000);

    expect(stale).toEqual(['REL-3']);
    expect(list(at(reconciled.body, 'issues'))).toHaveLength(2);
    expect(await keys(toy, 'status = Done ORDER BY key')).toEqual(['REL-1', 'REL-3']);
  });

  test('gives ids only where nothing else is asked for, and fields where they are', async () => {
    const toy = await filled();

    const bare = ok(await toy.as('dev', 'POST', SEARCH, { jql: 'key = REL-1' }));
    const rich = ok(
      await toy.as(
        'dev',
        'GET',
        `${SEARCH}?jql=key%20%3D%20REL-1&fields=summary,status&expand=changelog`,
      ),
    );

    expect(at(bare.body, 'issues', 0)).toEqual({ id: expect.any(String) });
    expect(at(rich.body, 'issues', 0, 'fields')).toEqual({
      summary: 'Upgrade of A18',
      status: expect.objectContaining({ name: 'To Do' }),
    });
    expect(at(rich.body, 'issues', 0, 'changelog', 'total')).toBe(1);
  });

  test('leads from page to page', async () => {
    const toy = await filled();
    const seen: unknown[] = [];
    let token: unknown;

    do {
      const request = { jql: 'project = REL ORDER BY key', maxResults: 3, fields: ['key'] };
      const body = token === undefined ? request : { ...request, nextPageToken: token };
      const page = ok(await toy.as('dev', 'POST', SEARCH, body)).body;
      seen.push(...list(at(page, 'issues')).map((found) => at(found, 'key')));
      token = at(page, 'nextPageToken');
      expect(at(page, 'isLast')).toBe(token === undefined);
    } while (token !== undefined);

    expect(seen).toEqual(['REL-1', 'REL-2', 'REL-3', 'REL-4']);
  });

  test('counts about as many as it finds', async () => {
    const toy = await filled();

    const answer = ok(
      await toy.as('dev', 'POST', '/rest/api/3/search/approximate-count', { jql: 'project = REL' }),
    );

    expect(at(answer.body, 'count')).toBe(4);
  });

  test('never finds an issue that was deleted', async () => {
    const toy = await filled();
    ok(await toy.as('leader', 'DELETE', '/rest/api/3/issue/REL-3'));

    expect(await keys(toy, 'status = Done')).toEqual([]);
  });
});

describe('a query', () => {
  test('of any text is read or refused with a sentence, and never throws', () => {
    const word = fc.constantFrom(
      ...['project', 'status', '=', '!=', 'in', 'not', '(', ')', ',', 'REL', '"x y"', 'and', 'or'],
      ...['order', 'by', 'desc', 'is', 'empty', '~', '"', "'", '<', 'now()', '\\', '-1d'],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 10 }).map((words) => words.join(' ')),
        ),
        (jql) => {
          const parsing = parseJql(jql);

          expect(['query', 'error']).toContain(parsing.kind);
          if (parsing.kind === 'error')
            expect(parsing.message).toMatch(/^Error in the JQL Query: /);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
