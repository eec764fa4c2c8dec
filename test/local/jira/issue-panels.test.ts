import { describe, expect, test } from '@jest/globals';
import { toyJira, type ToyJira } from '../../support/toy-jira';
import { at } from '../../support/toy-jira-values';
import { issue, ok, pinPanel, project } from '../../support/toy-workflow';

const API = '/rest/api/3';
const PINS = `${API}/forge/panel/action/bulk/async`;
const panelOf = (key: string) =>
  ({ type: 'jira:issuePanel', key, properties: { title: key, resource: 'main' } }) as const;

function openJira(): ToyJira {
  const modules = [panelOf('release'), panelOf('other')];
  return toyJira({ modules, pagesUrl: 'http://localhost:2991' });
}

/** The panels on the page of an issue. */
async function shown(toy: ToyJira, key: string): Promise<readonly string[]> {
  const signIn = { method: 'POST', path: '/login', body: 'person=dev%40example.com' };
  const headers = { cookie: (await toy.send(signIn)).headers['set-cookie']?.split(';')[0] ?? '' };
  const page = ok(await toy.send({ method: 'GET', path: `/browse/${key}`, headers }));
  return [...page.text.matchAll(/data-module="([^"]+)"/g)].map(([, module]) => module ?? '');
}

describe('a panel of the app', () => {
  test('stands on no issue until an administrator pins it, then on old and new ones', async () => {
    const toy = openJira();
    await project(toy);
    const old = await issue(toy);
    const before = await shown(toy, old);

    const task = await pinPanel(toy, 'release');
    const meanwhile = await shown(toy, old);
    const running = ok(await toy.as('admin', 'GET', `${API}/task/${task}`)).body;
    toy.clock.pass(5_000);
    const done = ok(await toy.as('admin', 'GET', `${API}/task/${task}`)).body;

    expect([before, meanwhile]).toEqual([[], []]);
    expect([at(running, 'status'), at(done, 'status')]).toEqual(['RUNNING', 'COMPLETE']);
    expect(await shown(toy, old)).toEqual(['release']);
    expect(await shown(toy, await issue(toy))).toEqual(['release']);
  });

  test('that is pinned stays in view when it is pinned again, and goes when it is unpinned', async () => {
    const toy = openJira();
    await project(toy);
    const key = await issue(toy);
    await pinPanel(toy, 'release');
    toy.clock.pass(5_000);

    await pinPanel(toy, 'release');
    expect(await shown(toy, key)).toEqual(['release']);

    await pinPanel(toy, 'release', 'UNPIN');
    expect(await shown(toy, key)).toEqual(['release']);
    toy.clock.pass(5_000);
    expect(await shown(toy, key)).toEqual([]);
  });

  test.each([
    ['of no app', { moduleId: 'ari:x' }, 'No issue panel has the module ID ari:x.'],
    [
      'in no project',
      { projectList: [{ action: 'PIN', projectIdOrKey: 'NO' }] },
      'No project NO exists.',
    ],
    ['with another verb', { projectList: [{ action: 'SHOW', projectIdOrKey: 'REL' }] }, 'PIN'],
    ['with a member too many', { issueId: '1' }, 'issueId'],
  ])('is not pinned %s', async (_name, change, sentence) => {
    const toy = openJira();
    await project(toy);
    const projectList = [{ action: 'PIN', projectIdOrKey: 'REL' }];
    const body = { moduleId: toy.app.moduleAri('release'), projectList, ...change };

    const answer = await toy.as('admin', 'POST', PINS, body);

    expect(answer.status).toBe(400);
    expect(String(at(answer.body, 'errorMessages', 0))).toContain(sentence);
  });

  test('is pinned by administrators of Jira only, and others do not see their tasks', async () => {
    const toy = openJira();
    await project(toy);
    const body = { moduleId: toy.app.moduleAri('release'), projectList: [] };

    expect((await toy.as('leader', 'POST', PINS, body)).status).toBe(403);
    const task = await pinPanel(toy, 'release');
    expect((await toy.as('leader', 'GET', `${API}/task/${task}`)).status).toBe(403);
    expect((await toy.as('admin', 'GET', `${API}/task/7`)).status).toBe(404);
  });
});
