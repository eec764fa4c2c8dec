/** Everything outside, put together for one invocation. */
import { z } from 'zod';
import type { Ports } from '#app/ports';
import { clock } from './clock';
import { createCrypto } from './crypto';
import { createJira } from './jira';
import { log } from './log';
import { queue } from './queue';
import { store } from './store';
import { triggers } from './triggers';

/** What Forge says about an invocation, in the second argument of every function. */
const Invocation = z.object({ installContext: z.string().min(1) });

/** The ports of the installation on whose behalf Forge calls. */
export function portsOf(context: unknown): Ports {
  const { installContext } = Invocation.parse(context);
  return {
    store,
    jira: createJira(installContext),
    queue,
    crypto: createCrypto(),
    clock,
    log,
    triggers,
    audience: installContext,
  };
}
