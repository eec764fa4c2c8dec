/** A release, its content and its events as they are stored: the core's types, parsed. */
import { z } from 'zod';
import {
  CONFIG_KEYS_MAX,
  CONTENT_SCOPES_MAX,
  lockedBy,
  namespaceText,
  SQL_BYTES_MAX,
  SQL_SCRIPTS_MAX,
} from '#core/content';
import type { ConfigChange, Content, SqlScript } from '#core/content';
import type { Release } from '#core/release';
import type { ReleaseEvent } from '#core/release-event';
import { STATUS_ORDER } from '#core/status';
import { FailureSchema, RunStageSchema } from './agent';
import { ApprovalStepSchema, NAME_GRAMMAR } from './site';

const account = z.string().min(1).max(200);
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { message: 'must be a SHA-256: 64 hex digits in lower case' });
const count = z.int().min(0);
const stage = RunStageSchema;
const terms = z.object({ policyVersion: count, approvals: z.array(ApprovalStepSchema) });

export const StatusSchema = z.enum(STATUS_ORDER);

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { message: NAME_GRAMMAR });
const environmentId = z.string().min(1).max(64);

const TextRefSchema = z.strictObject({
  sha256: digest,
  bytes: z.int().min(1, { message: 'is empty; write something or take it out' }),
});

const SqlScriptSchema: z.ZodType<SqlScript> = z.strictObject({
  id: name,
  database: name,
  name: z.string().trim().min(1).max(200),
  text: TextRefSchema,
  undo: TextRefSchema.exactOptional(),
  environments: z.array(environmentId).min(1).max(20).exactOptional(),
});

const ConfigChangeSchema: z.ZodType<ConfigChange> = z.strictObject({
  id: name,
  centre: name,
  application: name,
  namespace: name,
  changes: TextRefSchema,
  keys: z.int().min(1),
  byHand: z.boolean(),
});

/** The version grammar keeps a version from ever being read as a path or an option. */
const CodeChangeSchema = z.strictObject({
  site: name,
  version: name,
  artifactSha256: digest,
  batchSize: z.int().min(1).max(10_000).exactOptional(),
});

const bytesOf = ({ text, undo }: SqlScript): number => text.bytes + (undo?.bytes ?? 0);
const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, each) => total + each, 0);
const isUnique = (names: readonly string[]): boolean => new Set(names).size === names.length;

const ContentParts = z.strictObject({
  kind: z.enum(['Major', 'Minor', 'Hotfix']),
  sql: z
    .array(SqlScriptSchema)
    .max(SQL_SCRIPTS_MAX, {
      message: `holds more than ${String(SQL_SCRIPTS_MAX)} scripts; split the release`,
    })
    .refine((scripts) => isUnique(scripts.map(({ id }) => id)), {
      message: 'names one script twice; give each an id of its own',
    })
    .refine((scripts) => sum(scripts.map(bytesOf)) <= SQL_BYTES_MAX, {
      message: `holds more than ${String(SQL_BYTES_MAX / 1024 ** 2)} MB of SQL; split the release`,
    })
    .default([]),
  config: z
    .array(ConfigChangeSchema)
    .refine((changes) => isUnique(changes.map(namespaceText)), {
      message: 'names one namespace twice; put all its keys into one change',
    })
    .refine((changes) => isUnique(changes.map(({ id }) => id)), {
      message: 'names one change twice; give each an id of its own',
    })
    .refine((changes) => sum(changes.map(({ keys }) => keys)) <= CONFIG_KEYS_MAX, {
      message: `changes more than ${String(CONFIG_KEYS_MAX)} keys; split the release`,
    })
    .default([]),
  code: z.array(CodeChangeSchema).refine((changes) => isUnique(changes.map(({ site }) => site)), {
    message: 'names one site twice; a release carries each site once',
  }),
});

export const ContentSchema: z.ZodType<Content> = ContentParts.refine(
  (content) => lockedBy(content).size <= CONTENT_SCOPES_MAX,
  {
    message: `names more than ${String(CONTENT_SCOPES_MAX)} sites, databases and namespaces together; split the release`,
  },
);

const review = z.object({
  script: z.string(),
  mark: z.string(),
  by: account,
  verdict: z.enum(['approved', 'rejected']),
  reason: z.string(),
});

export const ReleaseSchema: z.ZodType<Release> = z.object({
  issueId: z.string().min(1),
  project: z.string().min(1),
  reporter: account,
  status: StatusSchema,
  environment: z.string().nullable(),
  attempt: count,
  content: ContentSchema.nullable(),
  editors: z.array(account),
  planDigest: digest.nullable(),
  approvals: z.array(z.object({ accountId: account, step: z.string(), planDigest: digest })),
  reviews: z.array(review).default([]),
  executed: z.record(z.string(), z.array(z.string())).default({}),
  sqlOffered: z.array(z.string()).default([]),
  handworkLeft: z.boolean().default(false),
  terms: terms.nullable(),
  run: z.object({ stage, job: z.string() }).nullable(),
  failure: FailureSchema.extend({ stage }).nullable(),
  question: z.string().nullable(),
  asksStatement: z.boolean().default(false),
  doneStatements: z.array(z.string()).default([]),
  /** Empty in records of yesterday: what was answered then is asked about once more, should a new job find it open. */
  answeredStatements: z.array(z.string()).default([]),
  deployments: z.record(
    z.string(),
    z.object({ productDigest: digest, planDigest: digest, attempt: count, at: count }),
  ),
});

/** An agent that got a job, as the job and the history keep it. */
export const JobClaim = z.object({
  agent: z.string(),
  name: z.string(),
  former: z.string().nullable(),
  fence: count,
  lastFence: count,
  times: z.int().min(1),
  at: count,
});

export const ActsHead = z.object({ rows: count, count, head: z.string() });

const by = account;
const job = z.string();
const environment = z.string();

export const ReleaseEventSchema: z.ZodType<ReleaseEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('created'),
    issueId: z.string(),
    project: z.string(),
    reporter: account,
  }),
  z.object({ type: z.literal('content-edited'), by, content: ContentSchema }),
  z.object({ type: z.literal('submitted'), by, environment, planDigest: digest }),
  z.object({ type: z.literal('plan-changed'), planDigest: digest }),
  z.object({ type: z.literal('approved'), by, step: z.string(), planDigest: digest }),
  z.object({ type: z.literal('rejected'), by, reason: z.string() }),
  z.object({ type: z.literal('approvals-met') }),
  z.object({ type: z.literal('approvals-stale') }),
  z.object({ type: z.literal('started'), by, attempt: count, terms }),
  review.extend({ type: z.literal('script-reviewed') }),
  z.object({ type: z.literal('script-rejected'), script: z.string(), reason: z.string() }),
  z.object({ type: z.literal('no-sql') }),
  z.object({ type: z.literal('sql-submitted'), by }),
  z.object({ type: z.literal('sql-succeeded'), job }),
  z.object({ type: z.literal('sql-failed'), job, failure: FailureSchema }),
  z.object({ type: z.literal('no-config') }),
  z.object({ type: z.literal('handwork-left'), job: job.nullable() }),
  z.object({ type: z.literal('config-applied'), job }),
  z.object({ type: z.literal('config-confirmed'), by }),
  z.object({ type: z.literal('config-failed'), job, failure: FailureSchema }),
  z.object({ type: z.literal('config-reported-failed'), by, reason: z.string() }),
  z.object({ type: z.literal('no-code') }),
  z.object({ type: z.literal('stage-offered'), stage, job }),
  JobClaim.extend({ type: z.literal('job-claimed'), job, acts: ActsHead.exactOptional() }),
  z.object({
    type: z.literal('outcome-unknown'),
    job,
    question: z.string(),
    isStatement: z.literal(true).exactOptional(),
  }),
  z.object({
    type: z.literal('answered'),
    by,
    job,
    answer: z.enum(['done', 'not-done', 'retry']),
    isStatement: z.literal(true).exactOptional(),
  }),
  z.object({ type: z.literal('code-succeeded'), job }),
  z.object({ type: z.literal('code-failed'), job, failure: FailureSchema }),
  z.object({ type: z.literal('verified'), job: job.nullable(), productDigest: digest, at: count }),
  z.object({ type: z.literal('not-verified'), job, failure: FailureSchema }),
  z.object({ type: z.literal('retried'), by, stage }),
  z.object({ type: z.literal('promoted'), by, environment, planDigest: digest }),
  z.object({ type: z.literal('rollback-started'), by, reason: z.string() }),
  z.object({ type: z.literal('rolled-back'), job }),
  z.object({ type: z.literal('rollback-failed'), job, failure: FailureSchema }),
  z.object({ type: z.literal('completed'), by }),
  z.object({ type: z.literal('iterated'), by }),
  z.object({ type: z.literal('aborted'), by, reason: z.string() }),
  z.object({ type: z.literal('issue-gone') }),
  z.object({
    type: z.literal('move-undone'),
    by: account.nullable(),
    from: z.string(),
    reason: z.string(),
  }),
]);
