/** What the pages and the app say to each other: each call by name, what it takes, what it answers. */
import { z } from 'zod';
import type { ChainedActs } from '#core/act-chain';
import type { ChainedSegment } from '#core/audit-chain';
import type { AnsweredWork } from '#core/command';
import type { Content } from '#core/content';
import type { Failure } from '#core/failure';
import type { Policy } from '#core/policy';
import type { RunStage } from '#core/plan-step';
import type { UnknownAnswer } from '#core/release-event';
import type { Site } from '#core/site';
import type { Status } from '#core/status';
import type { HostState, LogLine } from './agent';
import type { SignedCheckpoint } from './checkpoint';
import type { CheckpointRecord } from './records';
import { ContentSchema } from './release';
import { GroupName, PolicySchema, SiteSchema } from './site';

const nothing = z.object({});
const agentId = z.string().min(1).max(100);
const jobId = z.string().min(1).max(100);
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { message: 'must be a SHA-256: 64 hex digits in lower case' });

/** Most characters in one piece: at 3 bytes each it stays below 300 KB, and Forge takes 500 KB in a call. */
export const TEXT_PIECE_MAX_CHARS = 100_000;

/** Enough for 5 MB of SQL with room for texts that were written anew. */
const TEXT_PIECES_MAX = 64;

/** The calls of the issue panel. The issue itself comes from Jira's context, never from the page. */
export const PANEL_CALLS = {
  'release.show': nothing,
  /** Asked every few seconds with the mark of the last view; `release.show` follows when it has changed. */
  'release.glance': z.object({ mark: z.string().max(100) }),
  /** `base`: the `contentMark` of the view that the person saw; absent: whatever stands there is replaced. */
  'content.put': z.object({ content: ContentSchema, base: z.string().max(64).exactOptional() }),
  /** `about`: as the view that the person saw has it; without it, as from a page of yesterday, no answer counts. */
  'question.answer': z.object({
    answer: z.enum(['done', 'not-done', 'retry']),
    about: z.object({ job: jobId, isAsked: z.boolean() }).exactOptional(),
  }),
  /** One piece of a text that a later `content.put` names by its digest. */
  'text.put': z.object({
    sha256: digest,
    index: z
      .int()
      .min(0)
      .max(TEXT_PIECES_MAX - 1),
    count: z.int().min(1).max(TEXT_PIECES_MAX),
    piece: z
      .string()
      .min(1)
      .max(TEXT_PIECE_MAX_CHARS)
      .refine((piece) => !/\p{Surrogate}/u.test(piece), {
        message: 'holds half a character; cut texts between characters',
      }),
  }),
  /** A text that this release's content names. */
  'text.get': z.object({ sha256: digest, offset: z.int().min(0) }),
  /** The history for an audit, from a segment on. */
  'audit.get': z.object({
    from: z.int().min(1),
    /** Asks for the acts that those segments have sealed, from so many on; absent: for the segments. */
    acts: z.int().min(0).exactOptional(),
    /** The last segment of the page that the acts belong to: the history may have grown since it was read. */
    upTo: z.int().min(0).exactOptional(),
  }),
  /** What an agent wrote while it worked; null: the latest job that left lines. `seen`: what the page has of it already. */
  'log.show': z.object({
    job: jobId.nullable(),
    seen: z.object({ job: jobId, next: z.int().min(0) }).exactOptional(),
  }),
  /** A DBA judges a script; `mark` is the one that the view showed. */
  'script.review': z.object({
    script: z.string().min(1).max(64),
    mark: z.string().min(1).max(2_000),
    verdict: z.enum(['approved', 'rejected']),
    reason: z.string().max(1_000),
  }),
} as const;

/** The calls of the project settings. The project itself comes from Jira's context, never from the page. */
export const SETTINGS_CALLS = {
  'settings.show': nothing,
  'workflow.install': nothing,
  'policy.put': z.object({ policy: PolicySchema }),
  'site.put': z.object({ site: SiteSchema }),
  'agent.enroll': z.object({
    name: z.string().trim().min(1).max(80),
    environments: z.array(z.string().trim().min(1).max(64)).min(1).max(20),
    /** Absent: it serves what belongs to no group. */
    group: GroupName.exactOptional(),
    /** Absent: it serves every machine room. */
    rooms: z.array(z.string().trim().min(1).max(100)).min(1).max(100).exactOptional(),
  }),
  'agent.approve': z.object({ agentId, fingerprint: z.string().trim().min(1).max(200) }),
  'agent.revoke': z.object({ agentId }),
} as const;

/** How a call ended that may be refused. */
export type Outcome =
  { readonly kind: 'done' } | { readonly kind: 'refused'; readonly sentence: string };

export interface PanelAnswers {
  readonly 'release.show': ReleaseView;
  readonly 'release.glance': { readonly kind: 'same' } | { readonly kind: 'changed' };
  readonly 'content.put': Outcome;
  readonly 'question.answer': Outcome;
  readonly 'text.put': Outcome;
  readonly 'text.get': TextPiece | Extract<Outcome, { kind: 'refused' }>;
  readonly 'audit.get': AuditPage | Extract<Outcome, { kind: 'refused' }>;
  readonly 'log.show': LogView | Extract<Outcome, { kind: 'refused' }>;
  readonly 'script.review': Outcome;
}

/** A part of a release's history with what bears witness to it. */
export interface AuditPage {
  readonly kind: 'page';
  /** Of the file that the pages become together. */
  readonly format: 'interlock-audit-1';
  readonly audience: string;
  readonly issueId: string;
  readonly issueKey: string;
  /** The installation's public key, base64 of 32 bytes. */
  readonly appKey: string;
  /** How far the history had come when the page was made. */
  readonly head: SignedCheckpoint;
  readonly segments: readonly AuditSegment[];
  /** The last segment that the page is about. */
  readonly upTo: number;
  readonly checkpoints: readonly AuditWitness[];
  /** What the agents did in the jobs that these segments end, job by job. */
  readonly acts: readonly AuditActs[];
  /** From where on there are more of these segments' acts; null after the last. */
  readonly nextActs: number | null;
  /** Where the next page begins; null after the last. */
  readonly next: number | null;
}

export type AuditActs = ChainedActs & { readonly hash: string };

/** A checkpoint with both signatures and the public key of the agent that countersigned it. */
export type AuditWitness = Omit<CheckpointRecord['witnesses'][number], 'at'>;

/** Without hash: from before the chain. */
export type AuditSegment =
  | Omit<ChainedSegment, 'format' | 'audience' | 'previous'>
  | (ChainedSegment & { readonly hash: string });

export interface LogView {
  readonly kind: 'log';
  readonly job: string;
  readonly stage: RunStage;
  /** The release's jobs that can be asked for, the latest first. */
  readonly jobs: readonly { readonly job: string; readonly stage: RunStage }[];
  /** No agent works on it any more. */
  readonly isOver: boolean;
  /** Whether `entries` follow what the page has seen; otherwise they are everything that is kept. */
  readonly isMore: boolean;
  readonly entries: readonly LogEntry[];
  /** For the next `seen`. */
  readonly next: number;
  /** So many lines at the very end never arrived. */
  readonly lostAtEnd: number;
}

export type LogEntry =
  /** `late`: from an agent that no longer had the job; nothing was decided by it. */
  | { readonly kind: 'lines'; readonly late: boolean; readonly lines: readonly LogLine[] }
  /** So many lines never arrived. */
  | { readonly kind: 'missing'; readonly lines: number }
  /** So many older lines gave way to newer ones. */
  | { readonly kind: 'dropped'; readonly lines: number }
  /** The job was claimed anew: what the agent had not sent by then is not here. */
  | { readonly kind: 'new-claim' };

export interface TextPiece {
  readonly kind: 'piece';
  readonly text: string;
  /** Where the next piece begins; null after the last. */
  readonly nextOffset: number | null;
}

export interface SettingsAnswers {
  readonly 'settings.show': SettingsView;
  readonly 'workflow.install': Outcome;
  readonly 'policy.put': Outcome;
  readonly 'site.put': Outcome;
  readonly 'agent.enroll': EnrollmentCode;
  readonly 'agent.approve': Outcome;
  readonly 'agent.revoke': Outcome;
}

/** What a resolver sends: the answer, or one sentence that says why there is none. */
export type Reply<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly sentence: string };

/** A release as its issue's panel shows it. */
export type ReleaseView =
  | { readonly kind: 'not-a-release'; readonly sentence: string }
  | {
      readonly kind: 'release';
      /** Names what this view shows; for `release.glance`. */
      readonly mark: string;
      readonly issueKey: string;
      readonly status: Status;
      readonly environment: string | null;
      readonly attempt: number;
      /** One sentence: what is going on or waited for, and who may act. */
      readonly now: string;
      readonly failure: (Failure & { readonly stage: RunStage }) | null;
      readonly question: string | null;
      /** A person may say what became of the work: it was asked, its agent has left, or none has come. */
      readonly answerable: boolean;
      /** What they may say of it. */
      readonly answers: readonly UnknownAnswer[];
      /** «Done» is said of one statement, and the rest of the stage runs. */
      readonly asksStatement: boolean;
      /** To what; for `question.answer`. Null while no work is under way. */
      readonly about: AnsweredWork | null;
      /** The environments of the policy in their order. */
      readonly environments: readonly EnvironmentView[];
      readonly hosts: readonly HostView[];
      /** SQL, configuration, code, verification, in their order. */
      readonly stages: readonly StageView[];
      readonly scripts: readonly ScriptView[];
      readonly config: readonly ConfigView[];
      /** The caller is a DBA of the policy and did not make this release. */
      readonly mayReview: boolean;
      readonly content: Content | null;
      /** Names content and status as shown; for `content.put`. */
      readonly contentMark: string;
      /** Why the content cannot be edited now; null when it can. */
      readonly editRefused: string | null;
      /** Newest first. */
      readonly story: readonly StoryEntry[];
    };

export interface EnvironmentView {
  readonly id: string;
  readonly current: boolean;
  /** Epoch seconds of the last successful deployment. */
  readonly deployedAt: number | null;
}

export interface StageView {
  readonly stage: 'SQL' | 'CONFIG' | 'CODE' | 'VERIFY';
  /** `none`: nothing to do there. */
  readonly state: 'none' | 'waiting' | 'active' | 'done' | 'failed';
}

export interface ScriptView {
  readonly id: string;
  readonly name: string;
  readonly database: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly undoSha256: string | null;
  /** Names exactly what a review judges. */
  readonly mark: string;
  readonly review: {
    readonly verdict: 'approved' | 'rejected';
    readonly by: string;
    readonly reason: string;
  } | null;
  /** `skipped`: it has run in this environment before, or does not belong there. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'unknown' | 'skipped';
  /** One sentence: the statement under way, rows and milliseconds, or why it failed. */
  readonly note: string;
}

export interface ConfigView {
  readonly id: string;
  readonly centre: string;
  readonly application: string;
  readonly namespace: string;
  readonly changesSha256: string;
  readonly keys: number;
  readonly byHand: boolean;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'unknown';
  readonly note: string;
}

export interface HostView {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly site: string;
  /** What the plan brings; on the way back, what is left. */
  readonly version: string;
  readonly state: HostState;
  /** One sentence; empty when the state says it all. */
  readonly note: string;
  /** Epoch seconds of the agent's last word; null before the first. */
  readonly at: number | null;
}

export interface StoryEntry {
  readonly serial: number;
  /** Epoch seconds. */
  readonly at: number;
  /** Account id; null where Interlock acted by rule. */
  readonly by: string | null;
  readonly text: string;
}

/** A project's release control as its settings page shows it. */
export interface SettingsView {
  readonly project: string;
  readonly workflowInstalled: boolean;
  readonly policy: Policy;
  readonly sites: readonly Site[];
  readonly agents: readonly AgentView[];
  /** Where agents send their messages. */
  readonly agentUrl: string;
}

export interface AgentView {
  readonly agentId: string;
  readonly name: string;
  readonly state: 'pending' | 'active' | 'suspended' | 'revoked';
  readonly environments: readonly string[];
  /** Null: it serves what belongs to no group. */
  readonly group: string | null;
  /** Null: it serves every machine room. */
  readonly rooms: readonly string[] | null;
  /** Epoch seconds. */
  readonly lastSeen: number;
  readonly agentVersion: string;
  readonly fingerprint: string;
  /** What keeps it from work, or may soon, and what to do; null where nothing does. */
  readonly trouble: string | null;
}

/** Shown once; only its digest is stored. */
export interface EnrollmentCode {
  readonly code: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}
