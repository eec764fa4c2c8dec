import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../agent/cli/command-line';
import { EXIT_CODES } from '../../agent/exit-codes';

const ROOT = join(__dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/agent.md'), 'utf8');

test('the page for operators names every exit code and every command of the agent', () => {
  const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT_CODES).map(({ code }) => code));

  const commands = Object.keys(COMMANDS);
  expect(commands).toContain('logs');
  // The unit runs it; nobody types it.
  for (const command of commands.filter((name) => name !== 'run'))
    expect(page).toContain(`interlock-agent ${command}`);
});

test('the page for operators says what the unit does: how long a stop waits, after what nothing is started again', () => {
  const unit = readFileSync(join(ROOT, 'packaging/interlock-agent.service'), 'utf8');
  const valueOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  expect(page).toContain(`after ${valueOf('TimeoutStopSec')} seconds systemd kills it`);
  const codes = valueOf('RestartPreventExitStatus').replaceAll(' ', ', ');
  expect(page).toContain(`except after ${codes.replace(/, (\d+)$/, ' and $1')}.`);
});
