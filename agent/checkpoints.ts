/**
 * The agent as a witness: it keeps what the app signed about a release's history, and countersigns it. A history that
 * goes back is tampering, or a restored backup: the agent refuses it and says so loudly, and goes on working, because
 * each job is judged by its own decision and an outage would only hide who changed the history.
 */
import { Checkpoint, checkpointText } from '#wire/checkpoint';
import type { SignedCheckpoint } from '#wire/checkpoint';
import { verifySignature } from './keys';
import type { Identity, Ports } from './ports/agent';

type JudgedCheckpoint =
  | { readonly kind: 'new'; readonly checkpoint: Checkpoint }
  /** Kept already. */
  | { readonly kind: 'known' }
  /** Not the installation's, or it contradicts what it signed before. */
  | { readonly kind: 'refused'; readonly sentence: string };

/** Keeps the checkpoint that came with the answer to a finish. */
export async function keepCheckpoint(
  { journal, log }: Pick<Ports, 'journal' | 'log'>,
  identity: Identity,
  signed: SignedCheckpoint,
): Promise<void> {
  const read = readCheckpoint(signed, identity);
  const last = read && (await journal.lastCheckpoint(identity.audience, read.issueId));
  const judged = judgeCheckpoint(read, last);
  switch (judged.kind) {
    case 'new':
      return journal.keepCheckpoint(judged.checkpoint, signed);
    case 'known':
      return;
    case 'refused':
      log.error(judged.sentence, { tampering: true, offered: signed.text, kept: last });
  }
}

/** What a checkpoint that this installation signed says; undefined for any other. */
function readCheckpoint(
  { text, signature }: SignedCheckpoint,
  { appKey, audience }: Identity,
): Checkpoint | undefined {
  if (!verifySignature(appKey, checkpointText(text), signature)) return undefined;
  const checkpoint = parseCheckpoint(text);
  return checkpoint?.aud === audience ? checkpoint : undefined;
}

/** Finishes of one release come one after the other, so what is shorter than the last one was cut. */
function judgeCheckpoint(
  read: Checkpoint | undefined,
  last: Checkpoint | undefined,
): JudgedCheckpoint {
  if (!read) return refused('A checkpoint is not signed by the installation of this agent');
  if (!last || (read.segments > last.segments && read.events > last.events))
    return { kind: 'new', checkpoint: read };
  const isSame = read.segments === last.segments && read.events === last.events;
  if (isSame && read.head === last.head) return { kind: 'known' };
  const [now, before] = [lengthOf(read), lengthOf(last)];
  return refused(
    isSame
      ? `The history of ${read.issueKey} is another one: its ${now} have another hash than before`
      : `The history of ${read.issueKey} goes back: it has ${now}, and it had ${before}`,
  );
}

const lengthOf = ({ segments, events }: Checkpoint): string =>
  `${events} entries in ${segments} segments`;

const refused = (what: string): JudgedCheckpoint => ({
  kind: 'refused',
  sentence: `TAMPERING: ${what}; download the audit of the release and run: interlock-agent verify-audit <export>`,
});

function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    return Checkpoint.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
