import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { installWorkflow } from '#app/install-workflow';
import { PERSON_TRANSITIONS } from '#core/transitions';
import { workflowTemplate } from '#core/workflow-template';
import { installer } from '#forge/installer';
import { readManifest } from '../../local/manifest';
import { installForge } from '../support/forge-kvs';
import { createMemoryPorts } from '../support/memory-ports';
import { toyJira } from '../support/toy-jira';
import type { ToyJira } from '../support/toy-jira';
import { at, list } from '../support/toy-jira-values';
import { ok } from '../support/toy-workflow';

/** Local Jira with the modules of our manifest, behind the SDK of this process; the admin clicks. */
function openJira(): ToyJira {
  const read = readManifest(join(__dirname, '../..'));
  if (read.kind === 'refused') throw new Error(read.problems.join('\n'));
  const toy = toyJira({ modules: read.manifest.modules });
  installForge(
    async (target, path, { method = 'GET', body }) => {
      const content: unknown = body === undefined ? undefined : JSON.parse(body);
      const isUser = 'provider' in target && target.provider === 'user';
      const answer = isUser
        ? await toy.as('admin', method, path, content)
        : await toy.asApp(method, path, content);
      return new Response(answer.text === '' ? null : answer.text, { status: answer.status });
    },
    { appId: 'toy-app', environmentId: 'toy-environment' },
  );
  return toy;
}

const nameOf = (value: unknown): string => String(at(value, 'name'));

async function installed() {
  const toy = openJira();
  const ports = createMemoryPorts();
  const key = { key: 'REL', name: 'Releases', projectTypeKey: 'software' };
  const lead = at(ok(await toy.as('admin', 'GET', '/rest/api/3/myself')).body, 'accountId');
  const made = ok(
    await toy.as('admin', 'POST', '/rest/api/3/project', { ...key, leadAccountId: lead }),
  );
  const project = String(at(made.body, 'id'));
  const outcome = await installWorkflow(ports, installer, project);
  const settings = await ports.memory.get('policy', project);
  const issueTypeId = settings?.workflow?.issueTypeId;
  const body = { projectAndIssueTypes: [{ projectId: project, issueTypeId }] };
  const answer = ok(await toy.as('admin', 'POST', '/rest/api/3/workflows', body)).body;
  const reason = list(ok(await toy.as('admin', 'GET', '/rest/api/3/field')).body).find(
    (field) => nameOf(field) === 'Reason',
  );
  return { toy, outcome, settings, answer, reasonField: at(reason, 'id') };
}

describe('the installer over Local Jira', () => {
  test('gives the project every status and transition of the table, and remembers their ids', async () => {
    const { outcome, settings, answer } = await installed();
    const template = workflowTemplate();

    expect(outcome).toEqual({ kind: 'done' });
    expect(list(at(answer, 'statuses')).map(nameOf).sort()).toEqual(
      template.statuses.map(({ name }) => name).sort(),
    );
    expect(Object.values(settings?.workflow?.statuses ?? {}).sort()).toEqual(
      template.statuses.map(({ status }) => status).sort(),
    );
    expect(Object.values(settings?.workflow?.statuses ?? {})).toEqual(
      expect.arrayContaining(['sql-pending', 'sql-executing', 'rolling-back', 'rolled-back']),
    );
    expect(list(at(answer, 'workflows', 0, 'transitions')).map(nameOf)).toEqual([
      'Create',
      ...template.transitions.map(({ name }) => name),
    ]);
  });

  test('gives each transition that wants a reason the screen with the field, and no other', async () => {
    const { toy, answer, reasonField } = await installed();
    const withScreen = list(at(answer, 'workflows', 0, 'transitions')).flatMap((transition) => {
      const screen = at(transition, 'transitionScreen', 'parameters', 'screenId');
      return typeof screen === 'string' ? [{ name: nameOf(transition), screen }] : [];
    });

    const wanted = PERSON_TRANSITIONS.filter((row) => row.reason === true).map(({ name }) => name);
    expect(withScreen.map(({ name }) => name)).toEqual(wanted);
    expect(wanted).toEqual(['Reject', 'Report config failed', 'Roll back', 'Abort']);
    const [screen] = new Set(withScreen.map((transition) => transition.screen));
    const tabs = `/rest/api/3/screens/${screen ?? ''}/tabs`;
    const tab = at(ok(await toy.as('admin', 'GET', tabs)).body, 0, 'id');
    const fields = ok(await toy.as('admin', 'GET', `${tabs}/${String(tab)}/fields`)).body;
    expect(list(fields).map((field) => at(field, 'id'))).toEqual([reasonField]);
  });
});
