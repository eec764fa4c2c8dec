import { beforeAll, describe, expect, test } from '@jest/globals';
import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { workflowTemplate } from '#core/workflow-template';
import { workflowRequest } from '#forge/workflow-request';

const PACKED = join(__dirname, '../../local/openapi/jira-v3.json.gz');

let ids = 0;
const request = workflowRequest(
  {
    name: 'Interlock releases (10000)',
    template: workflowTemplate(),
    reasonField: 'customfield_7',
    reasonScreen: '12',
  },
  {
    gateField: 'customfield_1',
    moduleAri: (key) => `ari:of/${key}`,
    existingStatus: (name) => (name === 'Ready' ? { id: '3', category: 'TODO' } : undefined),
    newId: () => `id-${(ids += 1)}`,
  },
);
const [workflow] = request.workflows;
const transition = (name: string) => {
  const found = workflow?.transitions.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`The request has no transition ${name}.`);
  return found as typeof found & {
    conditions: { conditions: { ruleKey: string; parameters: Record<string, string> }[] };
    validators: { ruleKey: string; parameters: Record<string, string> }[];
    actions: { ruleKey: string; parameters: Record<string, string> }[];
    transitionScreen?: object;
  };
};

describe('the request that creates the workflow', () => {
  let validate: (body: unknown) => string;

  beforeAll(() => {
    const specification = JSON.parse(gunzipSync(readFileSync(PACKED)).toString()) as object;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema(specification, 'jira');
    const schema = ajv.getSchema('jira#/components/schemas/WorkflowCreateRequest');
    validate = (body) => (schema?.(body) === true ? '' : ajv.errorsText(schema?.errors));
  });

  test('has the form that Atlassian’s OpenAPI file describes', () => {
    expect(validate(JSON.parse(JSON.stringify(request)))).toBe('');
    expect(validate({ workflows: [{ name: 7 }] })).not.toBe('');
  });

  test('has every transition of the table, and one that creates a draft', () => {
    const template = workflowTemplate();

    expect(workflow?.transitions.map(({ id }) => id)).toEqual([
      '1',
      ...template.transitions.map(({ id }) => id),
    ]);
    expect(transition('Create').type).toBe('INITIAL');
  });

  test('lets the gate judge every transition but the creation', () => {
    const unjudged = workflow?.transitions.filter(({ validators }) => validators.length === 0);

    expect(unjudged?.map(({ name }) => name)).toEqual(['Create']);
  });

  test('tells our rules which action they judge', () => {
    const { conditions, validators, actions } = transition('Start');

    expect(conditions.conditions.map(({ parameters }) => parameters['key'])).toEqual([
      'ari:of/person-condition',
    ]);
    expect(JSON.parse(conditions.conditions[0]?.parameters['config'] ?? '')).toEqual({
      action: 'start',
      gateField: 'customfield_1',
    });
    expect(JSON.parse(validators[0]?.parameters['config'] ?? '')).toEqual({ action: 'start' });
    expect(actions.map(({ parameters }) => parameters['key'])).toEqual(['ari:of/gate-recorder']);
  });

  test('closes the app’s own transitions to people, and records nothing after them', () => {
    for (const name of ['Verified', 'Interlock: to Ready']) {
      const { conditions, actions } = transition(name);

      expect(conditions.conditions[0]).toMatchObject({
        ruleKey: 'system:restrict-from-all-users',
        parameters: { restrictMode: 'users' },
      });
      expect(conditions.conditions[1]?.parameters['key']).toBe('ari:of/machine-condition');
      expect(actions).toEqual([]);
    }
    expect(transition('Interlock: to Ready').type).toBe('GLOBAL');
  });

  test('asks for a reason where the table wants one, and tells the rules where it stands', () => {
    const { transitionScreen, validators, actions } = transition('Abort');

    expect(transitionScreen).toMatchObject({ parameters: { screenId: '12' } });
    for (const rule of [...validators, ...actions])
      expect(JSON.parse(rule.parameters['config'] ?? '')).toEqual({
        action: 'abort',
        reasonField: 'customfield_7',
      });
    expect(transition('Start').transitionScreen).toBeUndefined();
  });

  test('takes over a status that this Jira has, with the category that it has', () => {
    const ready = request.statuses.find(({ name }) => name === 'Ready');

    expect(ready).toMatchObject({ id: '3', statusCategory: 'TODO' });
    expect(request.statuses.filter((status) => 'id' in status)).toHaveLength(1);
  });
});
