/** What an operation gets once its caller is known. */
import type { Envelope } from '#wire/agent';
import type { AgentRecord } from '#wire/records';

export interface AgentCall<Data> {
  readonly agent: AgentRecord;
  readonly envelope: Envelope;
  readonly data: Data;
  /** When the message was signed, by the agent's clock, in epoch seconds. */
  readonly signedAt: number;
  /** SHA-256 of the message, to tell a repetition from another message. */
  readonly digest: string;
  /** It comes from a start of the agent that has ended since, or has yet to show that it lives. */
  readonly isLate: boolean;
}
