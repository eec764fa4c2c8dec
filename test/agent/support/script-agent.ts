/** An agent and an app for one script, over any clock and any databases. */
import { sha256Hex } from '../../../agent/keys';
import type { Agent } from '../../../agent/ports/agent';
import type { Clock } from '../../../agent/ports/clock';
import type { Journal } from '../../../agent/ports/journal';
import type { Databases } from '../../../agent/sql/database';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { anAgent } from './an-agent';
import { createFakeApp } from './fake-app';
import type { FakeApp } from './fake-app';
import { createFleet } from './fake-hosts';
import { aPlan } from './plans';
import { stepOf } from './script-world';
import type { TestScript } from './script-world';

interface Parts {
  readonly clock: Clock;
  readonly app: FakeApp;
  readonly journal: Journal;
  readonly databases: Databases;
  readonly rule: DatabaseRule;
}

/** One life of an agent that reaches one database. */
export function scriptAgent({ databases, rule, ...parts }: Parts): Agent {
  const agent = anAgent({ ...parts, fleet: createFleet() });
  return { ...agent, databases, settings: { ...agent.settings, databases: [rule] } };
}

/** An app that offers one job of the SQL stage, with one script. */
export const scriptApp = (clock: Clock, script: TestScript): FakeApp => {
  const app = createFakeApp(clock, { ...aPlan(), steps: [stepOf(script, 0)] }, { stage: 'SQL' });
  app.texts.set(sha256Hex(script.text), script.text);
  return app;
};
