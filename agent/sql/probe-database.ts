/** Whether databases answer a test query, before anything depends on it. */
import type { Failure } from '#core/failure';
import type { Databases } from './database';
import type { DatabaseRule } from './database-rule';
import { placeOf } from './no-session';

export type Probed =
  | {
      readonly kind: 'answers';
      /** One line for people: which database, which server. */
      readonly sentence: string;
    }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Logs in, asks the server for its version, and leaves. */
export async function probeDatabase(databases: Databases, rule: DatabaseRule): Promise<Probed> {
  const connected = await databases.connect(rule);
  if (connected.kind === 'failed') return connected;
  const { database } = connected;
  try {
    const version = await database.version();
    if (version.kind === 'done') {
      return { kind: 'answers', sentence: `Database ${placeOf(rule)} answers: ${version.value}.` };
    }
    const sentence = `Database ${placeOf(rule)} lets user ${rule.user} in and does not answer a test query (${version.sentence}); look into the server's log.`;
    return { kind: 'failed', failure: { class: 'transport', sentence } };
  } finally {
    await database.close();
  }
}
