import { webTrigger } from '@forge/api';
import type { Triggers } from '#app/ports';

/** The module of the manifest that agents call. */
const AGENT_TRIGGER = 'agent';

/** The addresses that Forge has given to this installation. */
export const triggers: Triggers = { agentUrl: () => webTrigger.getUrl(AGENT_TRIGGER) };
