/** A release, its content and its events as they are stored: the core's types, parsed. */
import { z } from 'zod';
import type { Content } from '#core/content';
import { CONTENT_SITES_MAX } from '#core/content';
import type { Release, ReleaseEvent } from '#core/release';
import { STATUS_ORDER } from '#core/status';
import { FailureSchema } from './agent';
import { ApprovalStepSchema, NAME_GRAMMAR } from './site';

const account = z.string().min(1).max(200);
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { message: 'must be a SHA-256: 64 hex digits in lower case' });
const count = z.int().min(0);
const stage = z.enum(['CODE', 'VERIFY']);
const terms = z.object({ policyVersion: count, approvals: z.array(ApprovalStepSchema) });

export const StatusSchema = z.enum(STATUS_ORDER);

/** The version grammar keeps a version from ever being read as a path or an option. */
const CodeChangeSchema = z.strictObject({
  site: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { message: NAME_GRAMMAR }),
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { message: NAME_GRAMMAR }),
  artifactSha256: digest,
});

export const ContentSchema: z.ZodType<Content> = z.strictObject({
  kind: z.enum(['Major', 'Minor', 'Hotfix']),
  code: z
    .array(CodeChangeSchema)
    .max(CONTENT_SITES_MAX, {
      message: `names more than ${String(CONTENT_SITES_MAX)} sites; split the release`,
    })
    .refine((changes) => new Set(changes.map((change) => change.site)).size === changes.length, {
      message: 'names one site twice; a release carries each site once',
    }),
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
  terms: terms.nullable(),
  run: z.object({ stage, job: z.string() }).nullable(),
  failure: FailureSchema.extend({ stage }).nullable(),
  question: z.string().nullable(),
  deployments: z.record(
    z.string(),
    z.object({ productDigest: digest, planDigest: digest, attempt: count, at: count }),
  ),
});

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
  z.object({ type: z.literal('no-sql') }),
  z.object({ type: z.literal('no-config') }),
  z.object({ type: z.literal('stage-offered'), stage, job }),
  z.object({ type: z.literal('outcome-unknown'), job, question: z.string() }),
  z.object({ type: z.literal('answered'), by, job, answer: z.enum(['done', 'not-done', 'retry']) }),
  z.object({ type: z.literal('code-succeeded'), job }),
  z.object({ type: z.literal('code-failed'), job, failure: FailureSchema }),
  z.object({ type: z.literal('verified'), job, productDigest: digest, at: count }),
  z.object({ type: z.literal('not-verified'), job, failure: FailureSchema }),
  z.object({ type: z.literal('retried'), by, stage }),
  z.object({ type: z.literal('promoted'), by, environment, planDigest: digest }),
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
