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
import type { AgentKey } from './keys';
import type { Log } from './ports';
import { CORRECTION_MAX_SECONDS } from './server-time';
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

/** A clock that is wrong by more is told of; less is what a slow answer looks like. */
const SKEW_TOLD_SECONDS = 60;

/** Whose clock was told of, until it is right again. */
const told = new WeakSet<ServerTime>();

/** The app's time, unless the agent's own clock is so wrong that somebody has to look at it. */
export function timestamp({ time, log }: Signer): number {
  const ahead = time.aheadSeconds();
  if (Math.abs(ahead) <= CORRECTION_MAX_SECONDS) {
    tellSkew(time, ahead, log);
    return time.now();
  }
  log.error(`${skewWords(ahead)}; set it, then the app answers again.`);
  return time.now() + ahead;
}

/** Once, not with every message: they are signed with the app's time all the same. */
function tellSkew(time: ServerTime, ahead: number, log: Log): void {
  if (Math.abs(ahead) <= SKEW_TOLD_SECONDS) {
    told.delete(time);
  } else if (!told.has(time)) {
    told.add(time);
    log.warn(
      `${skewWords(ahead)}; messages carry the app's time instead, up to an hour off. Set it.`,
    );
  }
}

/** How wrong this machine's clock is. */
export const skewWords = (ahead: number): string =>
  `The clock of this machine is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead' : 'behind'}`;
