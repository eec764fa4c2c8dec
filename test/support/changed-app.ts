/** Copies of the fixture app with one file changed, to see what stops a start. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FIXTURE_APP = join(__dirname, 'fixture-app');
/** Beside the fixture app's own packages, so that a copy finds them. */
const COPIES = join(__dirname, '../../.interlock/changed-apps');

/** The folder of the changed copy, which the caller removes. */
export function changedApp(file: string, change: (text: string) => string): string {
  mkdirSync(COPIES, { recursive: true });
  const directory = mkdtempSync(join(COPIES, 'app-'));
  cpSync(FIXTURE_APP, directory, { recursive: true });
  const path = join(directory, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return directory;
}
