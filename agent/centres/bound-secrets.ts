/** Which secrets a job may use: those that agent.yml names for its environment, where it names any. */
import type { SecretRule } from '../config';
import type { Centres } from './centres';

/** The centres whose secrets are bounded; `file` is named in refusals. */
export function boundSecrets(
  centres: Centres,
  rules: readonly SecretRule[] | undefined,
  file: string,
): Centres {
  if (rules === undefined) return centres;
  const isAllowed = (secret: string, environment: string): boolean =>
    rules.some(({ name, environments }) => name === secret && environments.includes(environment));
  return {
    ...centres,
    secrets: {
      read: async (name, environment) =>
        isAllowed(name, environment)
          ? centres.secrets.read(name, environment)
          : {
              kind: 'unreadable',
              sentence: `${file} does not allow the secret ${name} in ${environment}; add it under secrets there, or correct the change.`,
            },
    },
  };
}
