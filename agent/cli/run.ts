/** `interlock-agent run`: the agent itself, until it is told to stop. */
import { randomBytes } from 'node:crypto';
import { liveAgent } from '../agent-loop';
import { createAppClient } from '../app-client';
import { centrePlaces } from '../centres/centre-places';
import { createCentres } from '../centres/centres';
import type { Centres } from '../centres/centres';
import { withConfiguration } from '../centres/configured-artifacts';
import { machineClock } from '../clock';
import type { AgentConfig } from '../config';
import { createExchange } from '../exchange';
import type { CommandEnd } from '../exit-codes';
import { createHealth } from '../health';
import { createHosts } from '../host/connect-hosts';
import { hostHelper } from '../host/helper-text';
import { createJournal, readIdentity } from '../journal';
import { unwritableJournal } from '../journal-database';
import { createKeyFiles } from '../key-files';
import { createKeyRing } from '../key-ring';
import { createLog } from '../log';
import { createArtifacts } from '../packages';
import type { Agent, Identity } from '../ports';
import { createRedaction, withRedaction } from '../redaction';
import type { Redaction } from '../redaction';
import { createKeyRenewal } from '../renew-key';
import { createServerTime } from '../server-time';
import { createDatabases } from '../sql/open-session';
import { probeDatabase } from '../sql/probe-database';
import { AGENT_VERSION } from '../version';
import { openState, statePaths } from './state-directory';
import type { OpenState } from './state-directory';

/** Runs until `stopping` aborts; `file` is the agent.yml that the configuration came from. */
export async function runAgent(
  config: AgentConfig,
  file: string,
  stopping: AbortSignal,
): Promise<CommandEnd> {
  const opened = openState(config.stateDirectory);
  if (opened.kind === 'failed') return opened.end;
  const { state } = opened;
  try {
    const identity = readIdentity(state.database);
    if (!identity) {
      return {
        exit: 'notEnrolled',
        sentence: `This agent is not enrolled; run: interlock-agent enroll --code <code> --config ${file}`,
      };
    }
    if (identity.url !== config.url) {
      return {
        exit: 'config',
        sentence: `${file}: url is "${config.url}", and this agent is enrolled at "${identity.url}"; correct it, or enroll again.`,
      };
    }
    const agent = assembleAgent(config, file, state, identity);
    void tellDatabases(agent);
    const end = await liveAgent(agent, stopping);
    switch (end.kind) {
      case 'stopped':
        return { exit: 'done' };
      case 'revoked':
        return {
          exit: 'refused',
          sentence: 'The app no longer knows this agent; enroll it again.',
        };
      case 'outdated':
        return { exit: 'outdated', sentence: end.sentence };
    }
  } finally {
    state.close();
  }
}

/** Says in the log which databases answer; work does not wait for it, and asks again before it begins. */
async function tellDatabases({ databases, log, settings }: Agent): Promise<void> {
  for (const rule of settings.databases) {
    const probed = await probeDatabase(databases, rule);
    if (probed.kind === 'answers') log.info(probed.sentence);
    else log.warn(probed.failure.sentence);
  }
}

/** The agent over this machine: its clocks, its disk, its network. */
function assembleAgent(
  config: AgentConfig,
  file: string,
  { key, database }: OpenState,
  identity: Identity,
): Agent {
  const boot = randomBytes(8).toString('hex');
  const log = createLog();
  const clock = machineClock;
  const { hosts, stores, databases, centres, limits } = config;
  const ring = createKeyRing(key);
  const sender = {
    exchange: createExchange(config.url, limits),
    clock,
    time: createServerTime(clock),
    key: ring,
    boot,
    log,
  };
  const app = createAppClient(sender, identity, AGENT_VERSION);
  const files = createKeyFiles(key, statePaths(config.stateDirectory));
  const places = centrePlaces(config);
  const redaction = createRedaction();
  const kept = tellingSecrets(createCentres(config.centres, places), redaction);
  let requests = 0;
  return withRedaction({
    clock,
    log,
    app,
    redact: (text) => redaction.redact(text),
    renewKey: createKeyRenewal({ files, ring, app, clock, log, identity, days: limits.keyDays }),
    journal: createJournal(database),
    unwritable: () => unwritableJournal(database, config.stateDirectory),
    hosts: createHosts(hostHelper(), limits),
    artifacts: withConfiguration(createArtifacts({ file, hosts, stores }, limits), {
      centres: kept,
      limits,
      directory: places.workshop,
    }),
    centres: kept,
    databases: createDatabases(file, limits, (secret) => redaction.learn(secret)),
    health: createHealth(clock),
    chance: Math.random,
    newRequestId: () => {
      requests += 1;
      return `${boot}.${requests}`;
    },
    settings: { file, hosts, stores, databases, centres, limits, identity },
  });
}

/** Whatever is read as a secret is one from then on. */
const tellingSecrets = (centres: Centres, redaction: Redaction): Centres => ({
  ...centres,
  secrets: {
    read: async (name) => {
      const found = await centres.secrets.read(name);
      if (found.kind === 'value') redaction.learn(found.value);
      return found;
    },
  },
});
