import { useState } from 'react';
import type { Content } from '#core/content';
import { draftOf } from './editor/draft';
import type { Draft } from './editor/draft';

export interface DraftInHand {
  readonly draft: Draft;
  readonly isTouched: boolean;
  /** The stored content has changed since the first edit: somebody else saved. */
  readonly isOvertaken: boolean;
  readonly change: (edit: (draft: Draft) => Draft) => void;
  /** Back to what is stored. */
  readonly drop: () => void;
}

interface Edited {
  readonly draft: Draft;
  /** What it was made from. */
  readonly base: string;
}

/** What a person writes, kept until it is saved or dropped; without edits it follows what is stored. */
export function useDraft(content: Content | null): DraftInHand {
  const [edited, setEdited] = useState<Edited>();
  const base = JSON.stringify(content);
  return {
    draft: edited?.draft ?? draftOf(content),
    isTouched: edited !== undefined,
    isOvertaken: edited !== undefined && edited.base !== base,
    change: (edit) =>
      setEdited((before) => ({
        draft: edit(before?.draft ?? draftOf(content)),
        base: before?.base ?? base,
      })),
    drop: () => setEdited(undefined),
  };
}
