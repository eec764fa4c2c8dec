import { describe, expect, test } from '@jest/globals';
import { toyJira, type ToyJira } from '../../support/toy-jira';
import { at, list } from '../../support/toy-jira-values';
import { ok, project } from '../../support/toy-workflow';

const API = '/rest/api/3';
const TEXT = 'com.atlassian.jira.plugin.system.customfieldtypes:textfield';

/** REL with a field that only the screens of sub-tasks and tasks named here have. */
async function openJira() {
  const toy = toyJira();
  await project(toy);
  const admin = async (method: string, path: string, body?: unknown) =>
    ok(await toy.as('admin', method, `${API}${path}`, body)).body;
  const field = String(at(await admin('POST', '/field', { name: 'Train', type: TEXT }), 'id'));
  const screen = String(at(await admin('POST', '/screens', { name: 'Train screen' }), 'id'));
  const tab = String(at(await admin('GET', `/screens/${screen}/tabs`), 0, 'id'));
  for (const fieldId of ['summary', field]) {
    await admin('POST', `/screens/${screen}/tabs/${tab}/fields`, { fieldId });
  }
  const projectId = String(at(await admin('GET', '/project/REL'), 'id'));
  return { toy, admin, field, screen: Number(screen), projectId };
}

type Admin = Awaited<ReturnType<typeof openJira>>['admin'];

/** Lets tasks of REL use these screens. */
async function useScreens(
  admin: Admin,
  projectId: string,
  screens: Readonly<Record<string, number>>,
): Promise<void> {
  const scheme = await admin('POST', '/screenscheme', { name: 'Trains', screens });
  const task = list(await admin('GET', '/issuetype')).find((type) => at(type, 'name') === 'Task');
  const byType = await admin('POST', '/issuetypescreenscheme', {
    name: 'Trains by type',
    issueTypeMappings: [
      { issueTypeId: 'default', screenSchemeId: '1' },
      { issueTypeId: at(task, 'id'), screenSchemeId: String(at(scheme, 'id')) },
    ],
  });
  const issueTypeScreenSchemeId = at(byType, 'id');
  await admin('PUT', '/issuetypescreenscheme/project', { issueTypeScreenSchemeId, projectId });
}

async function create(toy: ToyJira, more: Readonly<Record<string, unknown>>) {
  const fields = { project: { key: 'REL' }, issuetype: { name: 'Task' }, summary: 'x', ...more };
  return toy.as('dev', 'POST', `${API}/issue`, { fields });
}

async function facts(toy: ToyJira, key: string): Promise<string> {
  const signIn = { method: 'POST', path: '/login', body: 'person=dev%40example.com' };
  const cookie = (await toy.send(signIn)).headers['set-cookie']?.split(';')[0] ?? '';
  return (await toy.send({ method: 'GET', path: `/browse/${key}`, headers: { cookie } })).text;
}

describe('the screens of an issue type', () => {
  test('decide what one may set at creation and in edits, and what the page shows', async () => {
    const { toy, admin, field, screen, projectId } = await openJira();
    const value = { [field]: 'Night train' };

    const before = await create(toy, value);
    await useScreens(admin, projectId, { default: 1, create: screen, view: screen });
    const key = String(at(ok(await create(toy, value)).body, 'key'));
    const edited = await toy.as('dev', 'PUT', `${API}/issue/${key}`, {
      fields: { [field]: 'Day' },
    });
    const labelled = await toy.as('dev', 'PUT', `${API}/issue/${key}`, {
      fields: { labels: ['a'] },
    });

    expect([before.status, edited.status, labelled.status]).toEqual([400, 400, 204]);
    expect(await facts(toy, key)).toContain('Night train');
    const projects = `/issuetypescreenscheme/project`;
    await admin('PUT', projects, { issueTypeScreenSchemeId: '1', projectId });
    expect(await facts(toy, key)).not.toContain('Night train');
  });

  test.each([
    ['without a default', [], 400, 'needs a default mapping'],
    [
      'of an unknown type',
      [
        { issueTypeId: 'default', screenSchemeId: '1' },
        { issueTypeId: '7', screenSchemeId: '1' },
      ],
      404,
      'was not found',
    ],
    ['of an unknown scheme', [{ issueTypeId: 'default', screenSchemeId: '7' }], 404, 'not found'],
  ])('are not mapped %s', async (_name, issueTypeMappings, status, sentence) => {
    const { toy } = await openJira();
    const body = { name: 'Wrong', issueTypeMappings };

    const answer = await toy.as('admin', 'POST', `${API}/issuetypescreenscheme`, body);

    expect(answer.status).toBe(status);
    expect(String(at(answer.body, 'errorMessages', 0))).toContain(sentence);
  });

  test('take screens that exist, names that are free, and orders of administrators', async () => {
    const { toy } = await openJira();
    const post = async (who: string, body: unknown) =>
      (await toy.as(who, 'POST', `${API}/screenscheme`, body)).status;
    const fine = { name: 'Trains', screens: { default: 1 } };

    expect(await post('leader', fine)).toBe(403);
    expect(await post('admin', { ...fine, screens: { default: 7 } })).toBe(404);
    expect(await post('admin', { ...fine, screens: { view: 1 } })).toBe(400);
    expect([await post('admin', fine), await post('admin', fine)]).toEqual([201, 400]);
  });
});
