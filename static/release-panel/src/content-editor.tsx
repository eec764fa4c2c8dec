import { useState } from 'react';
import type { Content } from '#core/content';
import { ask } from './api/app';

const TEMPLATE = {
  kind: 'Minor',
  code: [{ site: 'shop', version: '1.0.0', artifactSha256: '64 hex digits of the package' }],
};

interface EditorProps {
  readonly content: Content | null;
  /** Why it cannot be edited now; null when it can. */
  readonly refused: string | null;
  readonly onSaved: () => Promise<void>;
}

/** What the release carries, as JSON. */
export function ContentEditor({ content, refused, onSaved }: EditorProps) {
  // Undefined while nobody edits: then the text follows what is stored.
  const [draft, setDraft] = useState<string>();
  const [message, setMessage] = useState<string>();
  const text = draft ?? JSON.stringify(content ?? TEMPLATE, undefined, 2);

  const save = async (): Promise<void> => {
    const saved = await trySave(text);
    setMessage(saved.message);
    if (!saved.done) return;
    setDraft(undefined);
    await onSaved();
  };

  return (
    <section aria-labelledby="content">
      <h2 id="content">Content</h2>
      {refused !== null && <p>{refused}</p>}
      <textarea
        aria-label="Content as JSON"
        rows={10}
        spellCheck={false}
        readOnly={refused !== null}
        value={text}
        onChange={(event) => setDraft(event.target.value)}
      />
      {refused === null && (
        <button type="button" onClick={() => void save()}>
          Save content
        </button>
      )}
      {message !== undefined && <p role="alert">{message}</p>}
    </section>
  );
}

async function trySave(text: string): Promise<{ done: boolean; message: string }> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return { done: false, message: `This is no JSON: ${wordsOf(error)}.` };
  }
  try {
    const outcome = await ask('content.put', { content });
    return outcome.kind === 'done'
      ? { done: true, message: 'Saved.' }
      : { done: false, message: outcome.sentence };
  } catch (error) {
    return { done: false, message: wordsOf(error) };
  }
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
