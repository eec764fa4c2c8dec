/** Witnesses of a release's history: what the app signs, an agent keeps and countersigns, and an export holds. */
import { z } from 'zod';

const serial = z.int().min(0).max(2_147_483_647);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const Signature = z.string().regex(/^[A-Za-z0-9+/]{86}==$/);

/** Most countersignatures in one poll: each costs the app a read and a write. */
export const COUNTERSIGNATURES_MAX = 3;

/** How long a history is and what its last segment's hash is: every earlier entry is fixed by it. */
export const Checkpoint = z.object({
  v: z.literal(1),
  aud: z.string().min(1).max(200),
  issueId: z.string().min(1).max(100),
  issueKey: z.string().max(200),
  segments: serial,
  events: serial,
  /** Empty where no segment is chained yet. */
  head: z.string().max(64),
  /** Epoch seconds. */
  at: serial,
});
export type Checkpoint = z.infer<typeof Checkpoint>;

export const SignedCheckpoint = z.object({
  /** The checkpoint's JSON, byte for byte as it was signed. */
  text: z.string().max(2_000),
  /** By the installation's key. Base64 of 64 bytes. */
  signature: Signature,
});
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>;

/** A checkpoint that an agent has kept, with the agent's own signature over the same text. */
export const CountersignedCheckpoint = SignedCheckpoint.extend({ countersignature: Signature });
export type CountersignedCheckpoint = z.infer<typeof CountersignedCheckpoint>;

/** Names a checkpoint in an answer: two of different histories never share it. */
export const CheckpointHead = sha256Hex;

/** Apart from messages and decisions, so that none passes for another. */
export const checkpointText = (text: string): string => `interlock-checkpoint.v1.${text}`;
/** The head of an audit that is handed out: no checkpoint passes for it, so that nobody cuts an audit off there. */
export const auditHeadText = (text: string): string => `interlock-audit-head.v1.${text}`;
/** With the witness's name, so that nobody takes another's place in an export. */
export const countersignedText = (agent: string, text: string): string =>
  `interlock-countersignature.v1.${agent}.${text}`;
