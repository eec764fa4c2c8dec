/** Releases as the app shows them, in the states that a panel must be able to draw. */
import type { HostView, ReleaseView, ScriptView } from '#wire/page';

export type ReleaseShown = Extract<ReleaseView, { kind: 'release' }>;

const SHA = 'a3f1'.repeat(16);

/** 2026-11-20, 14:00 UTC. */
const AT = 1_795_183_200;

const host = (number: number, change: Partial<HostView> = {}): HostView => ({
  id: `web-${number}`,
  name: `web-sh-0${number}`,
  address: `10.12.4.1${number}`,
  site: 'storefront-web',
  version: '4.18.0',
  state: 'waiting',
  note: '',
  at: null,
  ...change,
});

const script = (number: number, change: Partial<ScriptView> = {}): ScriptView => ({
  id: `script-${number}`,
  name: `0${number}_add_coupon_scope.sql`,
  database: 'orders',
  sha256: SHA,
  bytes: 412 * number,
  undoSha256: number === 1 ? SHA : null,
  mark: `orders ${SHA}`,
  review: null,
  state: 'waiting',
  note: '',
  ...change,
});

/** Waits for its start in UAT; it has been deployed in SIT. */
export const READY: ReleaseShown = {
  kind: 'release',
  mark: 'ready',
  issueKey: 'REL-12',
  status: 'ready',
  environment: 'UAT',
  attempt: 1,
  now: 'Ready to start in UAT. Start: @[5b-lee], @[5b-zhang].',
  failure: null,
  question: null,
  answerable: false,
  answers: [],
  about: null,
  asksStatement: false,
  environments: [
    { id: 'SIT', current: false, deployedAt: AT - 700_000 },
    { id: 'UAT', current: true, deployedAt: null },
    { id: 'STAGE', current: false, deployedAt: null },
    { id: 'PROD', current: false, deployedAt: null },
  ],
  hosts: [1, 2, 3, 4].map((number) => host(number)),
  stages: [
    { stage: 'SQL', state: 'waiting' },
    { stage: 'CONFIG', state: 'waiting' },
    { stage: 'CODE', state: 'waiting' },
    { stage: 'VERIFY', state: 'waiting' },
  ],
  scripts: [script(1), script(2, { name: '02_backfill_scope.sql' })],
  config: [
    {
      id: 'config-1',
      centre: 'files',
      application: 'storefront-web',
      namespace: 'app.properties',
      changesSha256: SHA,
      keys: 3,
      byHand: false,
      state: 'waiting',
      note: '',
    },
  ],
  mayReview: false,
  content: {
    kind: 'Minor',
    sql: [
      {
        id: 'script-1',
        database: 'orders',
        name: '01_add_coupon_scope.sql',
        text: { sha256: SHA, bytes: 412 },
      },
      {
        id: 'script-2',
        database: 'orders',
        name: '02_backfill_scope.sql',
        text: { sha256: SHA, bytes: 824 },
      },
    ],
    config: [
      {
        id: 'config-1',
        centre: 'files',
        application: 'storefront-web',
        namespace: 'app.properties',
        changes: { sha256: SHA, bytes: 90 },
        keys: 3,
        byHand: false,
      },
    ],
    code: [{ site: 'storefront-web', version: '4.18.0', artifactSha256: SHA, batchSize: 2 }],
  },
  contentMark: 'content-1',
  editRefused: null,
  story: [
    { serial: 4, at: AT, by: null, text: 'found all approvals given' },
    { serial: 3, at: AT - 60, by: '5b-zhang', text: 'approved as “Leader” the plan 1f2e3d4c5b6a' },
    { serial: 2, at: AT - 4_000, by: '5b-chen', text: 'submitted it for UAT' },
    { serial: 1, at: AT - 90_000, by: '5b-chen', text: 'created the release' },
  ],
};

/** Nobody has written anything yet. */
export const DRAFT: ReleaseShown = {
  ...READY,
  mark: 'draft',
  status: 'draft',
  environment: null,
  attempt: 0,
  now: 'Waiting for content: name a site, its version and its package.',
  environments: READY.environments.map((each) => ({ ...each, current: false, deployedAt: null })),
  hosts: [],
  scripts: [],
  config: [],
  stages: READY.stages.map(({ stage }) => ({ stage, state: 'none' })),
  content: null,
  story: READY.story.slice(-1),
};

/** A DBA looks at two scripts, of which one is approved. */
export const REVIEW: ReleaseShown = {
  ...READY,
  mark: 'review',
  status: 'sql-pending',
  now: 'Waiting for a DBA to review 02_backfill_scope.sql. DBAs: @[5b-wang].',
  stages: READY.stages.map((each) => (each.stage === 'SQL' ? { ...each, state: 'active' } : each)),
  scripts: [
    script(1, { review: { verdict: 'approved', by: '5b-wang', reason: '' } }),
    script(2, { name: '02_backfill_scope.sql' }),
  ],
  mayReview: true,
  editRefused:
    'Editing the content is not possible while the release is in SQL pending; reload the issue to see what is.',
};

/** Half of the hosts have the new version. */
export const CODE: ReleaseShown = {
  ...READY,
  mark: 'code',
  status: 'code-executing',
  now: 'The package is being staged and switched on the hosts of UAT.',
  stages: [
    { stage: 'SQL', state: 'done' },
    { stage: 'CONFIG', state: 'done' },
    { stage: 'CODE', state: 'active' },
    { stage: 'VERIFY', state: 'waiting' },
  ],
  scripts: [
    script(1, {
      state: 'done',
      note: '3 statements, 0 rows, 24 ms.',
      review: { verdict: 'approved', by: '5b-wang', reason: '' },
    }),
    script(2, {
      name: '02_backfill_scope.sql',
      state: 'done',
      note: '1 statement, 184,220 rows, 190,112 ms.',
      review: { verdict: 'approved', by: '5b-wang', reason: '' },
    }),
  ],
  config: READY.config.map((each) => ({ ...each, state: 'done' })),
  hosts: [
    host(1, { state: 'healthy', at: AT, note: '200 in 47 ms' }),
    host(2, { state: 'healthy', at: AT + 20, note: '200 in 51 ms' }),
    host(3, { state: 'starting', at: AT + 40 }),
    host(4, { state: 'staged', at: AT + 12 }),
  ],
};

/** The first host did not become healthy. */
export const FAILED: ReleaseShown = {
  ...CODE,
  mark: 'failed',
  status: 'fix-pending',
  now: 'CODE failed (health): web-sh-03 answered 503 at /healthz 5 times. Retry code: @[5b-lee], @[5b-zhang].',
  failure: {
    stage: 'CODE',
    class: 'health',
    sentence:
      'web-sh-03 answered 503 at /healthz 5 times; it was put back to 4.17.3 and gets no traffic.',
  },
  stages: CODE.stages.map((each) => (each.stage === 'CODE' ? { ...each, state: 'failed' } : each)),
  hosts: [
    host(1, { state: 'healthy', at: AT, note: '200 in 47 ms' }),
    host(2, { state: 'healthy', at: AT + 20, note: '200 in 51 ms' }),
    host(3, {
      state: 'failed',
      at: AT + 90,
      note: 'GET /healthz answered 503, 5 of 5 tries; the last line of its log: redis-03 refused the connection.',
    }),
    host(4, { state: 'staged', at: AT + 12 }),
  ],
};

const IN_DOUBT = [
  'Known: the agent began statement 3 of 5 of script 02_backfill_scope.sql in database orders; has it been done? Everything before it is done.',
  'Not known: whether it has happened. No session runs it any more, and this engine does not undo it by itself.',
  'Choices, after a look into the database: retry runs it again and goes on after it; not done stops here, for a corrected script; done says that this statement has happened, and runs what comes after it (2).',
].join('\n');

/** The connection broke while a statement ran. */
export const UNKNOWN: ReleaseShown = {
  ...REVIEW,
  mark: 'unknown',
  status: 'sql-executing',
  now: IN_DOUBT,
  question: IN_DOUBT,
  answerable: true,
  answers: ['done', 'not-done', 'retry'],
  about: { job: '10012.9', isAsked: true },
  asksStatement: true,
  mayReview: false,
  scripts: [
    script(1, { state: 'done', note: '3 statements, 0 rows, 24 ms.' }),
    script(2, { name: '02_backfill_scope.sql', state: 'unknown', note: 'Statement 3 of 5.' }),
  ],
};

/** Its agent has not come for minutes: nothing has begun. */
export const UNBEGUN: ReleaseShown = {
  ...CODE,
  mark: 'unbegun',
  now: 'No agent of UAT has taken up the work since 20 Nov 2026, 14:00 UTC; start the agent, or answer retry or not done: nothing has begun.',
  answerable: true,
  answers: ['not-done', 'retry'],
  about: { job: '10012.9', isAsked: false },
};

/** Done with UAT. */
export const DEPLOYED: ReleaseShown = {
  ...CODE,
  mark: 'deployed',
  status: 'deployed',
  now: 'Deployed in UAT.',
  environments: READY.environments.map((each) =>
    each.current ? { ...each, deployedAt: AT + 300 } : each,
  ),
  stages: CODE.stages.map(({ stage }) => ({ stage, state: 'done' })),
  hosts: [1, 2, 3, 4].map((number) => host(number, { state: 'healthy', at: AT + number })),
};
