import { describe, expect, test } from '@jest/globals';
import { toyJira } from '../../support/toy-jira';
import { at, list } from '../../support/toy-jira-values';
import { issue, ok, project, statusOf, workflowRequest } from '../../support/toy-workflow';

const ARI = 'ari:cloud:ecosystem::extension/toy-app/toy-environment/static';
const GATE = {
  type: 'jira:workflowValidator',
  key: 'gate',
  properties: { name: 'Gate', description: 'Judges', function: 'validate' },
} as const;

const CREATE = '/rest/api/3/workflows/create';
const transition = { name: 'Start', from: ['Ready'], to: 'Running' };
const withRules = (rules: Readonly<Record<string, unknown>>) =>
  workflowRequest('Release', ['Ready', 'Running'], [{ ...transition, ...rules }]);
const forge = (parameters: Readonly<Record<string, string>>) => ({
  validators: [{ ruleKey: 'forge:expression-validator', parameters }],
});
const condition = (ruleKey: string, parameters: Readonly<Record<string, string>> = {}) => ({
  conditions: { operation: 'ALL', conditions: [{ ruleKey, parameters }] },
});
/** The request with other transitions. */
const changed = (change: (transitions: readonly unknown[]) => readonly unknown[]) => {
  const request = withRules({});
  const workflow = at(request, 'workflows', 0);
  const transitions = change(list(at(workflow, 'transitions')));
  return { ...request, workflows: [Object.assign({}, workflow, { transitions })] };
};
const transitions = (...fresh: readonly unknown[]) => changed((known) => [...known, ...fresh]);

describe('creating a workflow', () => {
  test('answers with status ids for references, and gives every rule an id', async () => {
    const toy = toyJira({ modules: [GATE] });

    const answer = ok(
      await toy.as('admin', 'POST', CREATE, withRules(forge({ key: `${ARI}/gate` }))),
    );

    const ids = list(at(answer.body, 'statuses')).map((status) => at(status, 'id'));
    const start = list(at(answer.body, 'workflows', 0, 'transitions'))[1];
    expect(ids).toContain(at(start, 'toStatusReference'));
    expect(ids).toContain(at(start, 'links', 0, 'fromStatusReference'));
    expect(at(start, 'validators', 0, 'id')).toEqual(expect.any(String));
  });

  test('can be read back by name, by id and by project and issue type', async () => {
    const toy = toyJira();
    const created = ok(await toy.as('admin', 'POST', CREATE, withRules({})));
    const id = at(created.body, 'workflows', 0, 'id');
    await project(toy);
    const projectId = at((await toy.as('dev', 'GET', '/rest/api/3/project/REL')).body, 'id');
    const read = async (body: unknown) =>
      list(at(ok(await toy.as('admin', 'POST', '/rest/api/3/workflows', body)).body, 'workflows'));

    const pair = { projectId, issueTypeId: '10000' };

    expect(await read({ workflowNames: ['Release'] })).toHaveLength(1);
    expect(at(await read({ workflowIds: [id] }), 0, 'name')).toBe('Release');
    expect(at(await read({ projectAndIssueTypes: [pair] }), 0, 'name')).toBe('jira');
    expect(await read({ workflowNames: ['Another'] })).toEqual([]);
  });

  test.each([
    [
      'a rule that nobody knows',
      withRules(condition('system:no-such-rule')),
      'is not a condition rule',
    ],
    [
      'a rule in the wrong place',
      withRules(condition('forge:expression-validator')),
      'is not a condition rule',
    ],
    [
      'a rule that is not modelled',
      withRules(condition('system:separation-of-duties')),
      'does not model the rule',
    ],
    [
      'a module that the app does not have',
      withRules(forge({ key: `${ARI}/other` })),
      'has no jira:workflowValidator',
    ],
    [
      'a config that is not JSON',
      withRules(forge({ key: `${ARI}/gate`, config: '{' })),
      'config is not JSON',
    ],
    [
      'a config of 33 KB',
      withRules(forge({ key: `${ARI}/gate`, config: `"${'x'.repeat(33_000)}"` })),
      'longer than 32768 bytes',
    ],
    [
      'single accounts',
      withRules(condition('system:restrict-issue-transition', { accountIds: 'x' })),
      'team-managed',
    ],
    [
      'a group that does not exist',
      withRules(condition('system:restrict-issue-transition', { groupIds: 'x' })),
      'no group with the id x',
    ],
    [
      'a role that does not exist',
      withRules(condition('system:restrict-issue-transition', { roleIds: '7' })),
      'no role with the id 7',
    ],
    [
      'an unknown restriction mode',
      withRules(condition('system:restrict-from-all-users', { restrictMode: 'all' })),
      'users or usersAndAPI',
    ],
    [
      'a screen that does not exist',
      withRules({
        transitionScreen: { ruleKey: 'system:transition-screen', parameters: { screenId: '7' } },
      }),
      'no screen 7',
    ],
    [
      'a transition from nowhere',
      transitions({ id: '99', name: 'X', type: 'DIRECTED', toStatusReference: 'ref-Ready' }),
      'starts nowhere',
    ],
    [
      'a global transition with links',
      transitions({
        id: '99',
        name: 'X',
        type: 'GLOBAL',
        toStatusReference: 'ref-Ready',
        links: [{ fromStatusReference: 'ref-Ready' }],
      }),
      'has links',
    ],
    [
      'a status that it does not have',
      transitions({ id: '99', name: 'X', type: 'GLOBAL', toStatusReference: 'ref-Nowhere' }),
      'which its workflow does not have',
    ],
    [
      'a transition id used twice',
      transitions({ id: '11', name: 'X', type: 'GLOBAL', toStatusReference: 'ref-Ready' }),
      'is used twice',
    ],
    [
      'two names from one status',
      transitions({
        id: '99',
        name: 'Start',
        type: 'DIRECTED',
        toStatusReference: 'ref-Ready',
        links: [{ fromStatusReference: 'ref-Ready' }],
      }),
      'leave the same status',
    ],
    [
      'two beginnings',
      transitions({ id: '99', name: 'X', type: 'INITIAL', toStatusReference: 'ref-Ready' }),
      'has 2',
    ],
    ['no beginning', changed((known) => known.slice(1)), 'has 0'],
    [
      'one project only',
      { ...withRules({}), scope: { type: 'PROJECT', project: { id: '1' } } },
      'scope GLOBAL',
    ],
    [
      'transition ids that are no numbers',
      transitions({ id: 'x', name: 'X', type: 'GLOBAL', toStatusReference: 'ref-Ready' }),
      'Transition ids are numbers',
    ],
  ])('with %s is refused and leaves nothing behind', async (_name, request, sentence) => {
    const toy = toyJira({ modules: [GATE] });

    const answer = await toy.as('admin', 'POST', CREATE, request);

    expect(answer.status).toBe(400);
    expect(answer.text).toContain(sentence);
    const statuses = ok(
      await toy.as('admin', 'GET', '/rest/api/3/statuses/search?searchString=Ready'),
    );
    expect(at(statuses.body, 'total')).toBe(0);
  });

  test('is checked beforehand by the validation endpoint, error by error', async () => {
    const toy = toyJira();
    ok(await toy.as('admin', 'POST', CREATE, withRules({})));

    const answer = ok(
      await toy.as('admin', 'POST', `${CREATE}/validation`, { payload: withRules({}) }),
    );

    expect(list(at(answer.body, 'errors')).map((error) => at(error, 'code'))).toEqual([
      'NON_UNIQUE_STATUS_NAME',
      'NON_UNIQUE_STATUS_NAME',
      'NON_UNIQUE_WORKFLOW_NAME',
    ]);
  });

  test('is for Jira administrators', async () => {
    const toy = toyJira();

    expect((await toy.as('leader', 'POST', CREATE, withRules({}))).status).toBe(403);
    expect((await toy.as('leader', 'GET', '/rest/api/3/workflows/capabilities')).status).toBe(403);
  });

  test('offers the rules of the installed app by their ARIs', async () => {
    const toy = toyJira({ modules: [GATE] });

    const answer = ok(await toy.as('admin', 'GET', '/rest/api/3/workflows/capabilities'));

    expect(at(answer.body, 'forgeRules')).toEqual([
      {
        id: `${ARI}/gate`,
        ruleKey: 'forge:expression-validator',
        ruleType: 'Validator',
        name: 'Gate',
        description: 'Judges',
      },
    ]);
  });
});

describe('a workflow scheme', () => {
  test('gives each issue type its own workflow, and the others the default one', async () => {
    const toy = toyJira();
    const type = ok(await toy.as('admin', 'POST', '/rest/api/3/issuetype', { name: 'Release' }));
    const typeId = String(at(type.body, 'id'));
    ok(await toy.as('admin', 'POST', CREATE, withRules({})));
    const scheme = ok(
      await toy.as('admin', 'POST', '/rest/api/3/workflowscheme', {
        name: 'Releases',
        issueTypeMappings: { [typeId]: 'Release' },
      }),
    );
    await project(toy);
    const projectId = at((await toy.as('dev', 'GET', '/rest/api/3/project/REL')).body, 'id');
    ok(
      await toy.as('admin', 'PUT', '/rest/api/3/workflowscheme/project', {
        projectId,
        workflowSchemeId: String(at(scheme.body, 'id')),
      }),
    );

    const schemes = '/rest/api/3/issuetypescheme';
    const offers = ok(
      await toy.as('admin', 'GET', `${schemes}/project?projectId=${String(projectId)}`),
    );
    const schemeId = String(at(offers.body, 'values', 0, 'issueTypeScheme', 'id'));
    ok(
      await toy.as('admin', 'PUT', `${schemes}/${schemeId}/issuetype`, { issueTypeIds: [typeId] }),
    );

    const task = await issue(toy);
    const fields = {
      project: { key: 'REL' },
      issuetype: { id: typeId },
      summary: 'A release',
    };
    const release = ok(await toy.as('dev', 'POST', '/rest/api/3/issue', { fields }));

    expect(await statusOf(toy, task)).toBe('To Do');
    expect(await statusOf(toy, String(at(release.body, 'key')))).toBe('Ready');
  });

  test('is given to a project only as long as it has no issues', async () => {
    const toy = toyJira();
    ok(await toy.as('admin', 'POST', CREATE, withRules({})));
    const scheme = ok(
      await toy.as('admin', 'POST', '/rest/api/3/workflowscheme', {
        name: 'Releases',
        issueTypeMappings: { '10000': 'Release' },
      }),
    );
    await project(toy);
    await issue(toy);
    const projectId = at((await toy.as('dev', 'GET', '/rest/api/3/project/REL')).body, 'id');

    const answer = await toy.as('admin', 'PUT', '/rest/api/3/workflowscheme/project', {
      projectId,
      workflowSchemeId: String(at(scheme.body, 'id')),
    });

    expect(answer.status).toBe(400);
    expect(answer.text).toContain('REL has some');
  });
});
