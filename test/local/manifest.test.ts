import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest } from '../../local/manifest';

const APP = `
app:
  id: ari:cloud:ecosystem::app/5a7d3b5e-9a0f-4d0e-8a4e-2f6a1c1d9b01
  runtime: { name: nodejs24.x }
`;

describe('reading a manifest', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'manifest-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const read = (text: string) => {
    writeFileSync(join(directory, 'manifest.yml'), text);
    return readManifest(directory);
  };

  test('gives modules in the order of the file, and functions by key', () => {
    const outcome = read(`${APP}
modules:
  webtrigger: [{ key: door, function: f, response: { type: dynamic } }]
  jira:issuePanel: [{ key: panel, title: P, icon: i, resource: r, resolver: { function: f } }]
  function: [{ key: f, handler: index.f, timeoutSeconds: 120 }]
`);

    expect(outcome).toMatchObject({
      kind: 'read',
      manifest: {
        appId: '5a7d3b5e-9a0f-4d0e-8a4e-2f6a1c1d9b01',
        modules: [
          { key: 'door', type: 'webtrigger' },
          { key: 'panel', type: 'jira:issuePanel' },
        ],
      },
    });
    expect(outcome.kind === 'read' && outcome.manifest.functions.get('f')).toEqual({
      key: 'f',
      handler: 'index.f',
      timeoutSeconds: 120,
    });
  });

  test('refuses a module type that nothing here runs, naming key and type', () => {
    const outcome = read(`${APP}
modules:
  jira:backlogAction: [{ key: my-action, function: f }]
  function: [{ key: f, handler: index.f }]
`);

    expect(outcome).toEqual({
      kind: 'refused',
      problems: [
        'Module "my-action" of manifest.yml has the type "jira:backlogAction", which Local Jira does not run; remove it, or teach local/manifest.ts and a service the type.',
      ],
    });
  });

  test('refuses a module that names a function nobody declared', () => {
    const outcome = read(`${APP}
modules:
  webtrigger: [{ key: door, function: missing, response: { type: dynamic } }]
  function: [{ key: f, handler: index.f }]
`);

    expect(outcome).toEqual({
      kind: 'refused',
      problems: [
        'Module "door" (webtrigger) of manifest.yml names the function "missing", which the manifest does not declare.',
      ],
    });
  });

  test('says where a manifest is malformed', () => {
    const outcome = read('app: { id: nonsense, runtime: { name: nodejs24.x } }\nmodules: {}\n');
    expect(outcome.kind === 'refused' && outcome.problems[0]).toMatch(/^manifest\.yml, app\.id: /);
  });

  test('says that a manifest cannot be read', () => {
    const outcome = readManifest(join(directory, 'nowhere'));
    expect(outcome.kind === 'refused' && outcome.problems[0]).toMatch(
      /manifest\.yml cannot be read/,
    );
  });
});
