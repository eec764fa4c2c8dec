/** Pictures of what came of a release, compared part by part. */
import { isDeepStrictEqual } from 'node:util';

/** Which parts are not as they should be, a sentence each. */
export function differences(clean: object, other: object): readonly string[] {
  const after = new Map(Object.entries(other));
  return Object.entries(clean).flatMap(([part, before]: [string, unknown]) =>
    isDeepStrictEqual(before, after.get(part))
      ? []
      : [`${part} ${JSON.stringify(after.get(part))} instead of ${JSON.stringify(before)}`],
  );
}
