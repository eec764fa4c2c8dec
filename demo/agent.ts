/** The demo's agent: enrolled, confirmed and running, as ops do it on a terminal. */
import { join } from 'node:path';
import { jiraAs, waitFor } from './jira-client';
import { startProgram } from './program';
import type { Program } from './program';
import { approve, createCode, showSettings } from './set-up';

const MAIN = join(__dirname, '../agent/main.ts');

const agentCommand = (main: string, config: string, ...words: readonly string[]): Program =>
  startProgram(`agent ${words[0] ?? ''}`, main, [...words, '--config', config]);

/** Pins the key that a host shows. */
export async function trustHost(config: string, place: string): Promise<void> {
  await agentCommand(MAIN, config, 'trust', place).says(/pinned/i);
}

/** Enrolls the agent with a fresh code and confirms it by the fingerprint that it prints; `main` is its program. */
export async function enrollAgent(
  siteUrl: string,
  config: string,
  environments: readonly string[],
  main = MAIN,
): Promise<void> {
  const code = await createCode(siteUrl, 'demo agent', environments);
  const enrolling = agentCommand(main, config, 'enroll', '--code', code);
  const [, agentId = ''] = await enrolling.says(/^Enrolled as (\S+) /);
  const [fingerprint] = await enrolling.says(/^([0-9a-f]{4} ?){16}$/);
  // The list of agents may be some seconds behind.
  await waitFor(`agent ${agentId} in the settings`, async () => {
    const { agents } = await showSettings(jiraAs(siteUrl, 'admin'));
    return agents.find((agent) => agent.agentId === agentId);
  });
  await approve(siteUrl, agentId, fingerprint);
}

/** Starts the agent's work. */
export function runAgent(
  config: string,
  onLine?: (line: string) => void,
  environment: Readonly<Record<string, string>> = {},
  main = MAIN,
): Program {
  const options = { environment, ...(onLine && { onLine }) };
  return startProgram('agent', main, ['run', '--config', config], options);
}

/** Keeps the agent at work: one that ends, or is killed to see what happens, comes back. */
export function keepAgent(
  config: string,
  print: (line: string) => void,
): { stop(): Promise<void> } {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let agent = start();

  function start(): Program {
    const program = runAgent(config);
    program.process.once('exit', (code, signal) => {
      if (ended) return;
      const cause = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
      print(`The agent has ended (${cause}); it starts again in ${String(RESTART_SECONDS)} s.`);
      timer = setTimeout(() => (agent = start()), RESTART_SECONDS * 1_000);
    });
    return program;
  }

  return {
    stop: async () => {
      ended = true;
      clearTimeout(timer);
      await agent.stop();
    },
  };
}

const RESTART_SECONDS = 3;
