/** Messages as they are signed: Standard Webhooks headers around the protocol's envelope. */
import { ENVELOPE_VERSION } from '#wire/agent';
import type { Envelope } from '#wire/agent';
import {
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  SIGNATURE_VERSION,
  signedText,
} from '#wire/signature';
import { clockState } from './clock-trouble';
import type { AgentKey } from './keys';
import type { Log } from './ports/log';
import type { ServerTime } from './server-time';

export interface Signer {
  readonly key: AgentKey;
  /** Random per start. */
  readonly boot: string;
  readonly time: ServerTime;
  readonly log: Log;
}

/** What of the envelope a single message decides. */
export type Message = Pick<Envelope, 'aud' | 'op' | 'agent' | 'job' | 'fence' | 'seq' | 'data'> & {
  /** The same for every try of one message. */
  readonly id: string;
};

/** The body of a message and the headers that carry its signature. */
export function signMessage(
  signer: Signer,
  message: Message,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const { id, ...rest } = message;
  const envelope: Envelope = {
    v: ENVELOPE_VERSION,
    ...rest,
    key: signer.key.keyId,
    boot: signer.boot,
  };
  const body = JSON.stringify(envelope);
  const seconds = String(timestamp(signer));
  const signature = signer.key.sign(signedText(id, seconds, body));
  return {
    headers: {
      'content-type': 'application/json',
      [HEADER_ID]: id,
      [HEADER_TIMESTAMP]: seconds,
      [HEADER_SIGNATURE]: `${SIGNATURE_VERSION},${signature}`,
    },
    body,
  };
}

/** The app's time, unless the agent's own clock is so wrong that somebody has to look at it: then the app says no. */
export const timestamp = ({ time }: Signer): number =>
  clockState(time) === 'refused' ? time.now() + time.aheadSeconds() : time.now();
