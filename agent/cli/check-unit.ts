/** What only the service meets: a shell may use sudo where systemd forbids it to the unit. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { wrong } from './check-files';
import type { Print } from './check-files';

const UNIT = 'interlock-agent';
const LOOK_MILLISECONDS = 5_000;

/** Says nothing where systemd, or a unit that runs with this agent.yml, is not there. */
export async function checkUnit(
  { hosts }: AgentConfig,
  file: string,
  print: Print,
): Promise<CommandEnd | undefined> {
  const rule = hosts.find((each) => each.transport === 'local' && each.runAs !== undefined);
  if (rule?.transport !== 'local' || rule.runAs === undefined) return undefined;
  const shown = await showUnit();
  const starts = shown.find((line) => line.startsWith('ExecStart=')) ?? '';
  if (!starts.split(/[\s=]+/).includes(resolve(file))) return undefined;
  if (!shown.includes('NoNewPrivileges=yes')) {
    print(`ok  unit ${UNIT}  may use sudo`);
    return undefined;
  }
  return wrong(
    `${file}: runAs is ${rule.runAs}, and the unit ${UNIT} has NoNewPrivileges=yes, so the service may not use sudo, whatever this shell may; run: systemctl edit ${UNIT}, write NoNewPrivileges=no below [Service], then run: systemctl restart ${UNIT}`,
  );
}

async function showUnit(): Promise<readonly string[]> {
  const words = ['show', '--property=NoNewPrivileges', '--property=ExecStart', UNIT];
  try {
    const { stdout } = await promisify(execFile)('systemctl', words, {
      timeout: LOOK_MILLISECONDS,
      // What it says is read here, not by people.
      env: { ...process.env, LC_ALL: 'C' },
    });
    return stdout.split('\n');
  } catch {
    // No systemd, or none that answers: who starts the agent there knows what it may.
    return [];
  }
}
