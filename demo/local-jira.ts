/** Local Jira as a process of its own. */
import { join } from 'node:path';
import { startProgram } from './program';
import type { Program } from './program';

export interface LocalJira {
  readonly program: Program;
  readonly siteUrl: string;
}

export interface LocalJiraOptions {
  readonly root: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly stateDirectory: string;
  readonly reset?: boolean;
  readonly seed?: string;
  readonly onLine?: (line: string) => void;
}

/** The first start bundles the app, which takes its time. */
const START_SECONDS = 240;

/** Starts it and waits until it answers. */
export async function startLocalJira(options: LocalJiraOptions): Promise<LocalJira> {
  const args = ['--app', options.root, '--state', options.stateDirectory];
  if (options.reset === true) args.push('--reset');
  if (options.seed !== undefined) args.push('--seed', options.seed);
  const program = startProgram('Local Jira', join(options.root, 'local/main.ts'), args, {
    environment: { PORT: String(options.port) },
    cwd: options.root,
    ...(options.onLine ? { onLine: options.onLine } : {}),
  });
  const ready = await program.says(/^Local Jira is ready at (\S+)/, START_SECONDS);
  return { program, siteUrl: ready[1] ?? '' };
}
