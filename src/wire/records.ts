/**
 * What the app stores, one schema per entity. Everything is written under compare-and-swap on
 * `version`; times are integer seconds, because integers of Forge entities are 32-bit.
 */
import { ACTS_FORMAT } from '#core/act-chain';
import { SEGMENT_FORMAT } from '#core/audit-chain';
import { z } from 'zod';
import { AgentAct, FinishOutcome, HostState, LogLine, PublicKey, RunStageSchema } from './agent';
import { CountersignedCheckpoint } from './checkpoint';
import { ActsHead, JobClaim, ReleaseEventSchema, ReleaseSchema, StatusSchema } from './release';
import { PolicySchema, SiteSchema } from './site';

const version = z.int().min(0);
const seconds = z.int().min(0);

/** How one attempt ended at one site: the history of a site is a list of these. */
const DeploymentRecord = z.object({
  version,
  /** Indexed: project and site, because a site's id counts within its project. */
  site: z.string(),
  environment: z.string(),
  endedAt: seconds,
  issueId: z.string(),
  attempt: version,
  releaseVersion: z.string(),
  artifactSha256: z.string(),
  planDigest: z.string(),
  result: z.enum(['deployed', 'failed', 'rolled-back']),
});

/** What is still to do after an event, outside the transaction that recorded it; the first of the list is done first. */
export const Effect = z.discriminatedUnion('kind', [
  /** Write the gate field and the environment field as the release stands then. */
  z.object({ kind: z.literal('gate'), serial: version }),
  z.object({ kind: z.literal('move'), serial: version, action: z.string(), to: StatusSchema }),
  /** Put the issue where the store says, from wherever it was moved. */
  z.object({ kind: z.literal('repair'), serial: version, to: StatusSchema }),
  z.object({
    kind: z.literal('comment'),
    serial: version,
    tone: z.enum(['failure', 'success', 'notice']),
    label: z.string(),
    text: z.string(),
  }),
  /** Write how the attempt ended into the history of each of its sites. */
  z.object({
    kind: z.literal('deployment'),
    serial: version,
    deployments: z.array(DeploymentRecord),
  }),
]);
export type Effect = z.infer<typeof Effect>;

export const ReleaseRecord = z.object({
  version,
  project: z.string(),
  status: StatusSchema,
  updatedAt: seconds,
  issueKey: z.string(),
  state: ReleaseSchema,
  jira: z.object({
    /** The status that the issue is known to show. */
    shown: StatusSchema,
    effects: z.array(Effect),
    nextSerial: version,
    /** Who is working on the first effect, and until when nobody else may. */
    working: z.object({ token: z.string(), until: seconds }).nullable(),
    /** The value of the gate field that was written last, and how long it holds; null before the first. */
    gate: z.object({ digest: z.string(), until: seconds }).nullable().default(null),
  }),
  /** Ids of the clicks that were turned into commands: an id seen twice is answered, not repeated. */
  clicks: z.array(z.string()),
  /** Clicks that the validator let through and Jira has not told of yet. */
  judged: z.array(
    z.object({
      action: z.string(),
      planDigest: z.string(),
      at: seconds,
      told: z.boolean().optional(),
    }),
  ),
  history: z.object({
    segments: version,
    events: version,
    head: z.string(),
    /** The segment at which the hash chain begins; absent while none of them is chained. */
    chainedFrom: version.exactOptional(),
  }),
});
export type ReleaseRecord = z.infer<typeof ReleaseRecord>;

/** How many click ids a release remembers: more than Jira's retries within an hour. */
export const CLICKS_REMEMBERED = 60;

/** Read back, a segment must give the text that was hashed: what events learn later is optional, never filled in. */
export const EventSegment = z.object({
  version,
  project: z.string(),
  /** Both absent in rows from before the chain. */
  format: z.literal(SEGMENT_FORMAT).exactOptional(),
  audience: z.string().exactOptional(),
  at: seconds,
  issueId: z.string(),
  /** Number of the segment, from 1. */
  segment: version,
  firstSerial: version,
  events: z.array(ReleaseEventSchema).max(50),
  previous: z.string(),
  hash: z.string(),
});
export type EventSegment = z.infer<typeof EventSegment>;

/** The countersigned checkpoints of one length of a history: one, unless several agents or histories bear witness. */
export const CheckpointRecord = z.object({
  version,
  issueId: z.string(),
  segments: version,
  witnesses: z.array(
    CountersignedCheckpoint.extend({
      agent: z.string(),
      /** The agent's key of that day: keys are replaced, signatures stay. */
      publicKey: PublicKey,
      /** Epoch seconds of its arrival. */
      at: seconds,
    }),
  ),
});
export type CheckpointRecord = z.infer<typeof CheckpointRecord>;
/** How far the log of a job has come. */
const JobLog = z.object({
  /** Chunks ever stored: they are numbered from 0, and the last ones are kept. */
  chunks: version,
  /** Of these, chunks of agents that no longer had the job. */
  late: version,
  /** Which these are, by their claim's fence and number: one that is sent twice stands once. */
  latePlaces: z.array(z.string()).optional(),
  /** Earlier claims that wrote, the newest last, and the chunk that each would have written next. */
  before: z.array(z.object({ fence: version, nextChunk: version })).exactOptional(),
  /** The claim that writes, and the chunk and the line that it writes next. */
  fence: version,
  nextChunk: version,
  nextLine: version,
  /** Lines that no chunk brought, as the numbers of the lines tell. */
  missing: version,
  /** Of these, lines of the claim that writes. */
  missingOfClaim: version,
  /** Lines of chunks that gave way to later ones. */
  dropped: version,
  /** Lines that never arrived, once the agent that finished has said how many of its own did not. */
  lost: version.exactOptional(),
  /** Lines that the claim which finished has written, where its agent has said so. */
  written: version.exactOptional(),
});
export type JobLog = z.infer<typeof JobLog>;

export const JobRecord = z.object({
  version,
  job: z.string(),
  issueId: z.string(),
  project: z.string(),
  environment: z.string(),
  /** Whose agents may take it; absent: those without a group. */
  group: z.string().exactOptional(),
  /** The machine rooms of its hosts; absent where it has none, and in jobs from before agents had rooms. */
  rooms: z.array(z.string()).exactOptional(),
  stage: RunStageSchema,
  attempt: version,
  planDigest: z.string(),
  scopes: z.array(z.string()),
  /** In how many records the states of its hosts are kept. */
  chunks: z.int().min(1),
  status: z.enum(['offered', 'running', 'finished']),
  offeredAt: seconds,
  /** Agents that may claim it: their inboxes name it until it is finished. */
  agents: z.array(z.string()),
  agent: z.string().nullable(),
  requestId: z.string().nullable(),
  boot: z.string().nullable(),
  fence: version,
  leaseUntil: seconds,
  lastSeq: version,
  /** SHA-256 of the last applied message: the same one again gets the same answer. */
  lastMessage: z.string().nullable(),
  /** Why its agent is to end before the next effect; absent while nobody asks it to. */
  stop: z.enum(['issue-gone']).exactOptional(),
  /** Absent before the first chunk. */
  log: JobLog.exactOptional(),
  outcome: FinishOutcome.nullable(),
  /** Who has had it, one after the other: entries of the release's history once the job ends. Absent before the first. */
  claims: z.array(JobClaim).exactOptional(),
  /** How far the chain of what was done has come; absent in jobs from before there was one. */
  acts: ActsHead.exactOptional(),
});
export type JobRecord = z.infer<typeof JobRecord>;

/** What one report told of acts. Read back, it must give the text that was hashed. */
export const ActsRecord = z.object({
  version,
  format: z.literal(ACTS_FORMAT),
  audience: z.string(),
  issueId: z.string(),
  job: z.string(),
  row: version,
  agent: z.string(),
  name: z.string(),
  at: seconds,
  acts: z.array(
    AgentAct.extend({
      at: seconds,
      step: z.string(),
      place: z.string(),
      note: z.string().exactOptional(),
    }),
  ),
  previous: z.string(),
  hash: z.string(),
});
export type ActsRecord = z.infer<typeof ActsRecord>;

/** Lines that an agent wrote while it worked on a job. */
export const LogChunkRecord = z.object({
  version,
  job: z.string(),
  /** Its number in the job's log. */
  chunk: version,
  agent: z.string(),
  fence: version,
  /** Written by an agent that no longer had the job: nothing that was decided rests on it. */
  late: z.boolean(),
  /** Lines that were lost just before. */
  missingBefore: version,
  lines: z.array(LogLine),
});
export type LogChunkRecord = z.infer<typeof LogChunkRecord>;

/** Chunks of one job's log that are kept; older ones give way. */
export const LOG_CHUNKS_KEPT = 20;

export const ScopeRecord = z.object({
  version,
  fence: version,
  /** Issue id of the release that holds it. */
  holder: z.string().nullable(),
  /** The releases whose work stands there, the latest last: only that one may be rolled back. */
  standing: z.array(z.object({ issueId: z.string(), issueKey: z.string() })).exactOptional(),
});
export type ScopeRecord = z.infer<typeof ScopeRecord>;

/** What an agent was enrolled for. Group and rooms are absent in agents from before there were any. */
const reach = {
  environments: z.array(z.string()),
  group: z.string().exactOptional(),
  rooms: z.array(z.string()).exactOptional(),
};

export const AgentRecord = z.object({
  version,
  agentId: z.string(),
  project: z.string(),
  name: z.string(),
  /** `suspended`: two copies of it were alive; an admin confirms it anew. */
  state: z.enum(['pending', 'active', 'suspended', 'revoked']),
  keys: z
    .array(
      z.object({
        id: z.string(),
        publicKey: PublicKey,
        /** Absent: since the agent was enrolled. */
        notBefore: seconds.exactOptional(),
        notAfter: seconds.nullable(),
      }),
    )
    .max(2),
  ...reach,
  /** Absent in agents from before it was noted. */
  enrolledAt: seconds.exactOptional(),
  lastSeen: seconds,
  boot: z.string().nullable(),
  /** When that boot was seen first; absent in records from before it was noted. */
  bootSeenAt: seconds.exactOptional(),
  /** Its boots before that, the latest first, and when each was followed by another. */
  formerBoots: z.array(z.object({ boot: z.string(), until: seconds })).exactOptional(),
  /** A start that lives and waits until one of those may be forgotten. */
  waitingBoot: z.object({ boot: z.string(), since: seconds }).nullable().exactOptional(),
  agentVersion: z.string(),
  /** The versions of the protocol that it named when it was last heard; absent in agents of 0.1. */
  speaks: z.array(version).exactOptional(),
  /** How far its machine's clock was ahead when it last asked for work; absent where it was right. */
  clockAheadSeconds: z.int().exactOptional(),
});
export type AgentRecord = z.infer<typeof AgentRecord>;

export const EnrollmentRecord = z.object({
  version,
  project: z.string(),
  name: z.string(),
  ...reach,
  expiresAt: seconds,
  usedBy: z.string().nullable(),
});
export type EnrollmentRecord = z.infer<typeof EnrollmentRecord>;

export const InboxRecord = z.object({
  version,
  jobs: z.array(z.string()),
  /** The agent's last sign of life, noted at most once a minute; here, because whoever offers work reads it here. */
  lastSeen: seconds.exactOptional(),
  /** Until then the agent is told to come again at once: a start is about to be recorded. */
  imminentUntil: seconds,
  /** Until then the agent is told to come every few seconds: somebody is watching. */
  hotUntil: seconds,
  /** For how long it was told so on one day, counted from minute to minute; absent before the first time. */
  hot: z.object({ day: version, seconds }).exactOptional(),
});
export type InboxRecord = z.infer<typeof InboxRecord>;

/** Says that a release has Jira effects to do; the effects themselves stand in the release, in order. */
const OutboxRecord = z.object({
  version,
  issueId: z.string(),
  state: z.literal('pending'),
  dueAt: seconds,
});

const SiteRecord = z.object({
  version,
  project: z.string(),
  updatedAt: seconds,
  site: SiteSchema,
});

/** The statuses and transitions of the installed workflow, by Jira's ids. */
export const InstalledWorkflow = z.object({
  workflowId: z.string(),
  /** Jira's status id → our status. */
  statuses: z.record(z.string(), StatusSchema),
  /** Our action → Jira's transition id. */
  transitions: z.record(z.string(), z.string()),
  issueTypeId: z.string(),
  /** The field in which a transition's screen asks for a reason; absent where the workflow was installed before the record kept it. */
  reasonField: z.string().exactOptional(),
});
export type InstalledWorkflow = z.infer<typeof InstalledWorkflow>;

export const PolicyRecord = z.object({
  version,
  project: z.string(),
  updatedAt: seconds,
  /** Indexed: the sweep visits the projects with an installed workflow. */
  installed: z.enum(['yes', 'no']),
  policy: PolicySchema,
  /** The project's active agents: who may be offered what. */
  agents: z.array(z.object({ agentId: z.string(), ...reach })),
  workflow: InstalledWorkflow.nullable(),
});
export type PolicyRecord = z.infer<typeof PolicyRecord>;

export const HostStatesRecord = z.object({
  version,
  /** Site's number in the plan and host id, or a step and its script or change → what the agent last said. */
  hosts: z.record(
    z.string(),
    z.object({
      state: HostState,
      at: seconds,
      note: z.string(),
      milliseconds: version,
      /** In which job it said so: a new job begins anew where the last one failed. */
      job: z.string(),
      /** What the chain of that job's acts holds of it already; absent where that is nothing. */
      acts: z
        .object({
          names: z.array(z.string()),
          /**
           * Absent while every end is known. An app of yesterday has left such names among the others: those acts stay
           * without their end. Where it reads this it drops the member, and takes an unknown end once more.
           */
          unknown: z.array(z.string()).exactOptional(),
          statements: version,
        })
        .exactOptional(),
    }),
  ),
});
export type HostStatesRecord = z.infer<typeof HostStatesRecord>;

/** Hosts in one chunk of host states: ~22 KB. */
export const HOSTS_PER_CHUNK = 250;

/** Every entity with its schema, as the manifest declares them. */
export const ENTITIES = {
  release: ReleaseRecord,
  events: EventSegment,
  checkpoint: CheckpointRecord,
  job: JobRecord,
  acts: ActsRecord,
  scope: ScopeRecord,
  agent: AgentRecord,
  enrollment: EnrollmentRecord,
  inbox: InboxRecord,
  outbox: OutboxRecord,
  site: SiteRecord,
  policy: PolicyRecord,
  'host-states': HostStatesRecord,
  deployment: DeploymentRecord,
  'log-chunk': LogChunkRecord,
} as const;

export type EntityName = keyof typeof ENTITIES;
export type RecordOf<Name extends EntityName> = z.infer<(typeof ENTITIES)[Name]>;
