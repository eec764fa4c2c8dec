/** Puts a running agent together. */
import { randomBytes } from 'node:crypto';
import { createAppClient } from '../app-client';
import { centrePlaces } from '../centres/centre-places';
import { createCentres } from '../centres/centres';
import { boundSecrets } from '../centres/bound-secrets';
import type { Centres } from '../centres/centres';
import { withConfiguration } from '../centres/configured-artifacts';
import { createSecrets } from '../centres/secrets';
import type { Secrets } from '../centres/secrets';
import { machineClock } from '../clock';
import type { AgentConfig } from '../config';
import { createExchange } from '../exchange';
import { createHealth } from '../health';
import { createHosts } from '../host/connect-hosts';
import { hostHelper } from '../host/helper-text';
import { createJournal } from '../journal';
import { unwritableJournal } from '../journal-database';
import { createKeyFiles } from '../key-files';
import { createKeyRing } from '../key-ring';
import { createArtifacts } from '../packages';
import type { Agent, Identity } from '../ports/agent';
import type { AppClient } from '../ports/app';
import type { Log } from '../ports/log';
import { createRedaction, redactedLog, withRedaction } from '../redaction';
import type { Redaction } from '../redaction';
import { createKeyRenewal } from '../renew-key';
import { createServerTime } from '../server-time';
import { createDatabases, readPassword } from '../sql/open-session';
import { keepTroubles } from '../troubles';
import { AGENT_VERSION } from '../version';
import { statePaths } from './state-directory';
import type { OpenState } from './state-directory';

/** What its agent.yml, its state and its enrollment make an agent of. */
export interface Makings {
  readonly config: AgentConfig;
  /** Where the agent.yml stands. */
  readonly file: string;
  readonly state: OpenState;
  readonly identity: Identity;
  /** Takes lines in which there is no secret any more. */
  readonly log: Log;
}

/** The agent over this machine: its clocks, its disk, its network. */
export function assembleAgent({ config, file, state, identity, log: plain }: Makings): Agent {
  const { key, database } = state;
  const paths = statePaths(config.stateDirectory);
  const troubles = keepTroubles(paths.troubles, () => new Date());
  const boot = randomBytes(8).toString('hex');
  const redaction = createRedaction();
  const log = redactedLog(plain, (text) => redaction.redact(text));
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
    troubles,
  };
  const files = createKeyFiles(key, paths);
  const places = centrePlaces(config);
  const app = learningFirst(createAppClient(sender, identity, AGENT_VERSION), () =>
    learnKept(createSecrets(places.secrets), config, file, redaction),
  );
  const kept = boundSecrets(
    tellingSecrets(createCentres(config.centres, places), redaction),
    config.secrets,
    file,
  );
  let requests = 0;
  return withRedaction({
    clock,
    log,
    troubles,
    app,
    redact: (text) => redaction.redact(text),
    renewKey: createKeyRenewal({ files, ring, app, clock, log, identity, days: limits.keyDays }),
    journal: createJournal(database),
    unwritable: () => unwritableJournal(database, config.stateDirectory),
    hosts: createHosts(hostHelper(), limits, file),
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
    read: async (name, environment) => {
      const found = await centres.secrets.read(name, environment);
      if (found.kind === 'value') redaction.learn(found.value);
      return found;
    },
  },
});

/** A host may say a secret of an earlier job, in a job that reads none: all that are kept are known before work begins. */
const learningFirst = (app: AppClient, learn: () => Promise<void>): AppClient => ({
  ...app,
  claim: async (job, requestId) => {
    await learn();
    return app.claim(job, requestId);
  },
});

async function learnKept(
  secrets: Secrets,
  { databases }: AgentConfig,
  file: string,
  redaction: Redaction,
): Promise<void> {
  // Secrets that cannot be listed cannot be read for a job either.
  const names = await secrets.names().catch(() => []);
  for (const name of names) {
    const found = await secrets.read(name);
    if (found.kind === 'value') redaction.learn(found.value);
  }
  for (const rule of databases) {
    const found = readPassword(rule, file);
    if (found.kind === 'password') redaction.learn(found.password);
  }
}
