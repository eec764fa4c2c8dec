import { html, type Html } from './html';

/** A status as a coloured word. */
export interface Lozenge {
  readonly name: string;
  readonly category: 'TODO' | 'IN_PROGRESS' | 'DONE';
}

const CLASSES = { TODO: 'to-do', IN_PROGRESS: 'in-progress', DONE: 'done' } as const;

export function lozenge({ name, category }: Lozenge): Html {
  return html`<span class="lozenge ${CLASSES[category]}">${name}</span>`;
}
