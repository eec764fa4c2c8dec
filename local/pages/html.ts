/** Text that is HTML already: everything else is escaped when it is put into a page. */
export interface Html {
  readonly html: string;
}

type Piece = Html | string | number | undefined | readonly Piece[];

/** A template whose values are escaped; lists are joined, undefined is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  return { html: String.raw({ raw: strings }, ...values.map(render)) };
}

function render(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece));
  return 'html' in piece ? piece.html : piece.map(render).join('');
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
