/** Which version of a protocol two sides speak with each other. */

export type Agreement =
  { readonly kind: 'agreed'; readonly version: number } | { readonly kind: 'too-old' | 'too-new' };

/** The newest version that both know; otherwise, on which side of ours the other stands. */
export function agreeOn(theirs: readonly number[], ours: readonly number[]): Agreement {
  const common = theirs.filter((version) => ours.includes(version));
  if (common.length > 0) return { kind: 'agreed', version: Math.max(...common) };
  return { kind: Math.max(...theirs) < Math.max(...ours) ? 'too-old' : 'too-new' };
}
