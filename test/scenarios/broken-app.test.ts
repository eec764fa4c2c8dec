/** What Forge's bundler must have built before it can be refused: a start says it in one clear sentence. */
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedApp } from '../support/changed-app';
import { startFixtureHost } from '../support/fixture-host';
import type { LocalJiraSettings } from '../../local/host';
import { START_DEADLINE_MS } from '../support/start-deadline';

jest.setTimeout(START_DEADLINE_MS);

const scratch: string[] = [];
afterAll(() => scratch.forEach((directory) => rmSync(directory, { recursive: true, force: true })));
const folder = () => {
  const directory = mkdtempSync(join(tmpdir(), 'local-jira-'));
  scratch.push(directory);
  return directory;
};
function changed(file: string, change: (text: string) => string): string {
  const directory = changedApp(file, change);
  scratch.push(directory);
  return directory;
}
/** Should a start succeed against the test, it is ended and the test still fails. */
async function start(settings: Partial<LocalJiraSettings>): Promise<void> {
  await (await startFixtureHost(settings)).end();
}

describe('a start is refused', () => {
  test('for a handler that the source does not export', async () => {
    const appDirectory = changed('manifest.yml', (text) =>
      text.replace('index.judge', 'index.judgement'),
    );
    await expect(start({ appDirectory, bundleDirectory: folder() })).rejects.toThrow(
      'Function "judge" of manifest.yml names the handler index.judgement, but src/index exports no "judgement"; it exports',
    );
  });

  test('for source that cannot be loaded', async () => {
    const appDirectory = changed(
      'src/index.ts',
      (text) => `${text}\nif (Date.now() > 0) throw new Error('broken from the start');\n`,
    );
    await expect(start({ appDirectory, bundleDirectory: folder() })).rejects.toThrow(
      'src/index of the app cannot be loaded: broken from the start',
    );
  });

  test('for source with a type error', async () => {
    const appDirectory = changed('src/index.ts', (text) => `${text}\nconst n: number = 'x';\n`);
    await expect(start({ appDirectory, bundleDirectory: folder() })).rejects.toThrow(
      /could not be bundled[^]*not assignable to type 'number'/,
    );
  });
});
