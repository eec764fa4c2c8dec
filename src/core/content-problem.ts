/** What a project's world makes wrong about a content that is right by itself. */
import { runsIn } from './content';
import type { Content, SqlScript } from './content';
import { strangeEnvironment } from './policy';
import type { Policy } from './policy';

/** The first thing that would not happen as written, in one sentence; undefined when there is none. */
export const contentProblem = ({ sql }: Content, policy: Policy): string | undefined =>
  strangePlace(sql, policy) ?? twinScripts(sql, policy);

/** A script for an environment that nobody has would never run. */
function strangePlace(sql: Content['sql'], policy: Policy): string | undefined {
  for (const { name, environments = [] } of sql) {
    const strange = strangeEnvironment(policy, environments);
    if (strange !== undefined) return `The script ${name} runs in ${strange}; choose others.`;
  }
  return undefined;
}

/** A text that has run in a database counts as run there, so the second would be passed over. */
function twinScripts(sql: Content['sql'], policy: Policy): string | undefined {
  for (const [index, script] of sql.entries()) {
    const twin = sql.slice(0, index).find((earlier) => isTwin(earlier, script, policy));
    if (twin)
      return `The scripts ${twin.name} and ${script.name} have one and the same text for the database ${script.database}, and a text runs there once; take one of them out, or change it.`;
  }
  return undefined;
}

const isTwin = (one: SqlScript, other: SqlScript, policy: Policy): boolean =>
  one.database === other.database &&
  one.text.sha256 === other.text.sha256 &&
  policy.environments.some(({ id }) => runsIn(one, id) && runsIn(other, id));
