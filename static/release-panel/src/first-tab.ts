/** Which tab a person most likely came for: the stage's own, and the content where it is still written. */
import type { ReleaseShown } from './view';

export type TabKey = 'hosts' | 'sql' | 'config' | 'content' | 'log' | 'activity';

const TAB_OF_STAGE = { SQL: 'sql', CONFIG: 'config', CODE: 'hosts', VERIFY: 'hosts' } as const;

export function firstTab({ status, stages, hosts, scripts, config }: ReleaseShown): TabKey {
  if (status === 'draft') return 'content';
  const stage = stages.find(({ state }) => state === 'failed' || state === 'active');
  if (stage) return TAB_OF_STAGE[stage.stage];
  if (hosts.length > 0) return 'hosts';
  if (scripts.length > 0) return 'sql';
  return config.length > 0 ? 'config' : 'activity';
}
