/** Where this agent keeps what belongs to configuration, as agent.yml says. */
import { join } from 'node:path';
import type { AgentConfig } from '../config';
import type { CentrePlaces } from './centres';

/** Secrets and their key, what was merged, and the workshop in which packages are merged. */
export const centrePlaces = ({
  stateDirectory,
  secretsKey,
}: Pick<AgentConfig, 'stateDirectory' | 'secretsKey'>): CentrePlaces & {
  readonly workshop: string;
} => ({
  secrets: {
    directory: join(stateDirectory, 'secrets'),
    keyFile: secretsKey ?? join(stateDirectory, 'secrets.key'),
  },
  merged: join(stateDirectory, 'merged'),
  workshop: join(stateDirectory, 'workshop'),
});
