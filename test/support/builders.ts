/** Small whole things to start a test from: each has what the rules need, and a test names what it is about. */
import type { ConfigChange, Content, SqlScript } from '#core/content';
import { decide } from '#core/decide';
import type { Decision } from '#core/decision';
import type { Command } from '#core/command';
import type { AgentFact, Facts, Person } from '#core/facts';
import { buildPlan } from '#core/plan';
import type { Plan } from '#core/plan';
import type { Policy } from '#core/policy';
import { evolve, replay } from '#core/evolve';
import type { Release } from '#core/release';
import type { ReleaseEvent } from '#core/release-event';
import { reviewMark } from '#core/scripts';
import type { Host, Site } from '#core/site';
import type { Status } from '#core/status';
import { sha256 } from '#forge/sha256';

/** Noon of the day on which everything happens. */
export const NOW = 1_795_176_000;

export const REPORTER = 'acc-reporter';
export const LEADER = 'acc-leader';
export const BACKUP = 'acc-backup';
export const TESTER = 'acc-tester';
export const OWNER = 'acc-owner';
export const DBA = 'acc-dba';
export const OPERATOR = 'acc-operator';

export const PACKAGE_DIGEST = sha256('shop 1.0.0');

export const aHost = (over: Partial<Host> = {}): Host => ({
  id: 'web1',
  name: 'Web 1',
  address: '10.20.0.1',
  sshPort: 22,
  room: 'A',
  ...over,
});

/** So many hosts: web1, web2, ... */
export const someHosts = (count: number): readonly Host[] =>
  Array.from({ length: count }, (_, index) => {
    const serial = index + 1;
    return aHost({
      id: `web${serial}`,
      name: `Web ${serial}`,
      address: `10.20.${Math.floor(serial / 250)}.${serial % 250}`,
    });
  });

/** A site whose hosts are the same in every environment, in a directory and on a port of its own. */
export const aSite = (over: Partial<Site> & { readonly hosts?: readonly Host[] } = {}): Site => {
  const { hosts = someHosts(2), ...rest } = over;
  const { id = 'shop' } = rest;
  const servicePort = id === 'shop' ? 8080 : 8081 + Number(/\d*$/.exec(id)?.[0]);
  const place = { hosts, basePath: `/srv/${id}`, servicePort, healthPath: '/healthz' };
  return {
    id: 'shop',
    name: 'Shop',
    appType: 'generic',
    packageName: 'shop',
    store: 'files',
    leader: LEADER,
    backup: BACKUP,
    environments: { SIT: place, STAGE: place },
    ...rest,
  };
};

/** SIT needs no approval and is started by testers; STAGE needs a leader's and an owner's, in this order. */
export const aPolicy = (over: Partial<Policy> = {}): Policy => ({
  version: 1,
  environments: [
    { id: 'SIT', approvals: [], starters: 'testers' },
    {
      id: 'STAGE',
      approvals: [
        { label: 'Leader', count: 1, from: { kind: 'leaders' } },
        { label: 'Owner', count: 1, from: { kind: 'accounts', accountIds: [OWNER] } },
      ],
      starters: 'leaders',
    },
  ],
  testers: [TESTER],
  dbas: [DBA],
  operators: [OPERATOR],
  ...over,
});

/** A policy of STAGE alone, with these approvals. */
export const aPolicyOf = (
  approvals: Policy['environments'][number]['approvals'],
  over: Partial<Policy> = {},
): Policy => aPolicy({ environments: [{ id: 'STAGE', approvals, starters: 'leaders' }], ...over });

export const aContent = (over: Partial<Content> = {}): Content => ({
  kind: 'Minor',
  sql: [],
  config: [],
  code: [{ site: 'shop', version: '1.0.0', artifactSha256: PACKAGE_DIGEST }],
  ...over,
});

export const aScript = (over: Partial<SqlScript> = {}): SqlScript => ({
  id: 'add-column',
  database: 'orders',
  name: 'Add the column',
  text: { sha256: sha256('ALTER TABLE orders ADD note text'), bytes: 32 },
  ...over,
});

export const aConfigChange = (over: Partial<ConfigChange> = {}): ConfigChange => ({
  id: 'limits',
  centre: 'files',
  application: 'shop',
  namespace: 'app.properties',
  changes: { sha256: sha256('[]'), bytes: 2 },
  keys: 1,
  byHand: false,
  ...over,
});

export const aPerson = (accountId: string, over: Partial<Person> = {}): Person => ({
  accountId,
  groupIds: [],
  mayEdit: true,
  ...over,
});

export const anAgent = (over: Partial<AgentFact> = {}): AgentFact => ({
  agentId: 'ag-one',
  environments: ['SIT', 'STAGE'],
  lastSeen: NOW,
  ...over,
});

export const someFacts = (over: Partial<Facts> = {}): Facts => ({
  now: NOW,
  policy: aPolicy(),
  sites: [aSite()],
  scopes: [],
  agents: [anAgent()],
  nextSerial: 100,
  sha256,
  ...over,
});

export const CREATED: ReleaseEvent = {
  type: 'created',
  issueId: '10001',
  project: '10000',
  reporter: REPORTER,
};

/** A release right after its creation, with content. */
export const aRelease = (over: Partial<Release> = {}): Release => ({
  ...replay([CREATED]),
  content: aContent(),
  ...over,
});

/** The plan of the content in an environment. */
export function aPlan(over: Partial<Parameters<typeof buildPlan>[0]> = {}): Plan {
  const planned = buildPlan({
    issueId: '10001',
    project: '10000',
    environment: 'SIT',
    content: aContent(),
    sites: [aSite()],
    policyVersion: 1,
    executed: [],
    ...over,
  });
  if (planned.kind === 'impossible') throw new Error(JSON.stringify(planned.problems));
  return planned.plan;
}

/** The events of an accepted command; throws the refusals otherwise. */
export function eventsOf(decision: Decision): readonly ReleaseEvent[] {
  if (decision.kind === 'accepted') return decision.events;
  throw new Error(`Refused: ${JSON.stringify(decision.refusals)}`);
}

/** What kept a command from being carried out; empty when it was accepted. */
export const refusalsOf = (decision: Decision) =>
  decision.kind === 'refused' ? decision.refusals.map(({ why }) => why) : [];

/** A click by somebody. */
export const aClick = (
  action: Extract<Command, { type: 'click' }>['action'],
  accountId: string | null,
  reason: string | null = null,
): Extract<Command, { type: 'click' }> => ({
  type: 'click',
  action,
  person: accountId === null ? null : aPerson(accountId),
  reason,
});

/** The release after commands that must be accepted, one after the other. */
export const afterCommands = (
  release: Release,
  commands: readonly ((release: Release) => Command)[],
  facts: Facts = someFacts(),
): Release => {
  let serial = facts.nextSerial;
  return commands.reduce((state, commandOf) => {
    const events = eventsOf(decide(state, commandOf(state), { ...facts, nextSerial: serial }));
    serial += events.length;
    return events.reduce(evolve, state);
  }, release);
};

export const succeed = (release: Release): Command => {
  if (!release.run) throw new Error('No job is under way.');
  const { stage, job } = release.run;
  return { type: 'finish-stage', stage, job, outcome: { kind: 'succeeded' } };
};

export const fail = (release: Release): Command => {
  if (!release.run) throw new Error('No job is under way.');
  const { stage, job } = release.run;
  const failure = { class: 'health', sentence: 'web1 did not answer.' } as const;
  return { type: 'finish-stage', stage, job, outcome: { kind: 'failed', failure } };
};

const SUBMIT = () => aClick('submit', REPORTER);
const START = () => aClick('start', TESTER);
const ROLL_BACK = () => aClick('roll-back', LEADER, 'orders fail');

/** A DBA's word on the first script, as it stands. */
export const aReview = (
  verdict: 'approved' | 'rejected',
  by: string = DBA,
  script: SqlScript = aScript(),
): Extract<Command, { type: 'review-script' }> => ({
  type: 'review-script',
  person: aPerson(by),
  script: script.id,
  mark: reviewMark(script),
  verdict,
  reason: verdict === 'rejected' ? 'it locks the table' : '',
});

const TO_SIT = [SUBMIT, START, succeed, succeed];

/** How a release gets into a status through the front door: in SIT, and in STAGE where it waits for approval. */
const WAYS: Partial<Record<Status, readonly ((release: Release) => Command)[]>> = {
  draft: [],
  ready: [SUBMIT],
  'code-executing': [SUBMIT, START],
  verifying: [SUBMIT, START, succeed],
  deployed: TO_SIT,
  'fix-pending': [SUBMIT, START, fail],
  'awaiting-approval': [...TO_SIT, () => aClick('promote', LEADER)],
  'sql-pending': [SUBMIT, START],
  'sql-executing': [SUBMIT, START, () => aReview('approved'), () => aClick('submit-sql', DBA)],
  'config-executing': [SUBMIT, START],
  'rolling-back': [SUBMIT, START, fail, ROLL_BACK],
  'rolled-back': [SUBMIT, START, fail, ROLL_BACK, succeed],
  released: [
    ...TO_SIT,
    () => aClick('promote', LEADER),
    () => aClick('approve', LEADER),
    () => aClick('approve', OWNER),
    () => aClick('start', LEADER),
    succeed,
    succeed,
    () => aClick('complete', LEADER),
  ],
  aborted: [() => aClick('abort', LEADER, 'not needed')],
};

/** Most releases carry code alone; these statuses wait for something else. */
const CONTENT_IN: Partial<Record<Status, Content>> = {
  'sql-pending': aContent({ sql: [aScript()] }),
  'sql-executing': aContent({ sql: [aScript()] }),
  'config-executing': aContent({ config: [aConfigChange({ byHand: true })] }),
};

/** A release that has come into the status by commands only. */
export function releaseIn(status: Status, facts: Facts = someFacts()): Release {
  const way = WAYS[status];
  if (!way) throw new Error(`No way is known into ${status}.`);
  return afterCommands(aRelease({ content: CONTENT_IN[status] ?? aContent() }), way, facts);
}
