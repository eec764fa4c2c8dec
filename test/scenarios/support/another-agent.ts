/** Another agent of a stand, enrolled for the same environments, with a key and a journal of its own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { enrollAgent, runAgent } from '../../../demo/agent';
import type { Program } from '../../../demo/program';
import type { Stand } from './stand';

export interface RunningAgent {
  readonly config: string;
  readonly lines: readonly string[];
  /** The process that runs now. */
  program(): Program;
  start(): Promise<void>;
}

const AgentFile = z.looseObject({ url: z.string(), stateDirectory: z.string(), name: z.string() });

/** Enrolls it; it does not run yet. `url` is how it reaches the app that the stand's own agent reaches. */
export async function anotherAgent(
  stand: Stand,
  environments: readonly string[],
  url: (ofStand: string) => Promise<string>,
): Promise<RunningAgent> {
  const directory = join(stand.directory, 'another-agent');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const config = join(directory, 'agent.yml');
  const file = AgentFile.parse(parse(readFileSync(stand.config, 'utf8')));
  const own = {
    url: await url(file.url),
    stateDirectory: join(directory, 'state'),
    name: 'another agent',
  };
  writeFileSync(config, stringify({ ...file, ...own }), { mode: 0o600 });
  await enrollAgent(stand.jira().siteUrl, config, environments, stand.agentProgram);
  return asAgent(config, (hear) => runAgent(config, hear, {}, stand.agentProgram));
}

/** The stand's own agent, told apart from the other by what it prints. */
export const firstAgent = (stand: Stand): RunningAgent =>
  asAgent(stand.config, (hear) => runAgent(stand.config, hear, {}, stand.agentProgram));

function asAgent(config: string, run: (hear: (line: string) => void) => Program): RunningAgent {
  const lines: string[] = [];
  let program: Program | undefined;
  return {
    config,
    lines,
    program: () => {
      if (!program) throw new Error(`No agent of ${config} was started.`);
      return program;
    },
    start: async () => {
      program = run((line) => lines.push(line));
      await program.says(/The app gives this agent work/);
    },
  };
}
