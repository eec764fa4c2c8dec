/** Makes content of a draft: names its texts by their digests, and says which of them are still to be sent. */
import type {
  CodeChange,
  ConfigChange,
  Content,
  KeyChange,
  SqlScript,
  TextRef,
} from '#core/content';
import { keysText } from '../key-changes';
import { textDigest } from '../text-pieces';
import type { Draft, DraftChange, DraftKey, DraftScript, DraftSite, DraftText } from './draft';

export interface Manifest {
  readonly content: Content;
  /** Digest → text, of what the app may not have yet. */
  readonly texts: ReadonlyMap<string, string>;
}

export async function manifestOf(draft: Draft): Promise<Manifest> {
  const texts = new Map<string, string>();
  const refer = async (text: DraftText): Promise<TextRef> => {
    if (text.kind === 'stored') return text.ref;
    const ref = await textDigest(text.text);
    texts.set(ref.sha256, text.text);
    return ref;
  };
  return {
    content: {
      kind: draft.kind,
      sql: await Promise.all(draft.scripts.map((script) => scriptOf(script, refer))),
      config: await Promise.all(draft.changes.map((change) => changeOf(change, refer))),
      code: draft.sites.map(codeOf),
    },
    texts,
  };
}

type Refer = (text: DraftText) => Promise<TextRef>;

const scriptOf = async (script: DraftScript, refer: Refer): Promise<SqlScript> => ({
  id: script.id.trim(),
  name: script.name.trim(),
  database: script.database.trim(),
  text: await refer(script.text),
  ...(script.undo !== null && { undo: await refer(script.undo) }),
  ...(script.environments.length > 0 && { environments: script.environments }),
});

async function changeOf(change: DraftChange, refer: Refer): Promise<ConfigChange> {
  const { keys } = change;
  const isStored = keys.kind === 'stored';
  return {
    id: change.id.trim(),
    centre: change.centre.trim(),
    application: change.application.trim(),
    namespace: change.namespace.trim(),
    changes: isStored
      ? keys.ref
      : await refer({ kind: 'written', text: keysText(keys.rows.map(keyOf)) }),
    keys: isStored ? keys.count : keys.rows.length,
    byHand: change.byHand,
  };
}

function keyOf({ action, name, isSecret, value, perEnvironment }: DraftKey): KeyChange {
  const key = name.trim();
  if (action === 'delete') return { action, key };
  if (isSecret) return { action, key, value: { kind: 'secret', name: value.trim() } };
  const places = Object.entries(perEnvironment).filter(([, text]) => text !== '');
  return {
    action,
    key,
    value: {
      kind: 'text',
      text: value,
      ...(places.length > 0 && { perEnvironment: Object.fromEntries(places) }),
    },
  };
}

const codeOf = ({ site, version, artifactSha256, batchSize }: DraftSite): CodeChange => ({
  site: site.trim(),
  version: version.trim(),
  artifactSha256: artifactSha256.trim().toLowerCase(),
  ...(batchSize.trim() !== '' && { batchSize: Number(batchSize) }),
});

/** The key as a row to edit. */
export const rowOf = (change: KeyChange): DraftKey => ({
  key: change.key,
  action: change.action,
  name: change.key,
  isSecret: change.action === 'set' && change.value.kind === 'secret',
  value:
    change.action === 'delete'
      ? ''
      : change.value.kind === 'secret'
        ? change.value.name
        : change.value.text,
  perEnvironment:
    change.action === 'set' && change.value.kind === 'text'
      ? (change.value.perEnvironment ?? {})
      : {},
});
