/** What a release left behind: in its story, on its issue, on its host. Compared between runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Stand } from './stand';

const Comments = z.object({ comments: z.array(z.object({ body: z.unknown() })) });
const Changelog = z.object({
  values: z.array(
    z.object({
      items: z.array(
        z.object({
          field: z.string(),
          fromString: z.string().nullable(),
          toString: z.string().nullable(),
        }),
      ),
    }),
  ),
});

export interface Traces {
  /** The story's sentences, oldest first, without what differs from run to run. */
  readonly story: readonly string[];
  /** The statuses that the issue went through, in order. */
  readonly statuses: readonly string[];
  readonly comments: number;
  /** How often each act was done on the host for the release's jobs. */
  readonly acts: Readonly<Record<string, number>>;
}

/** What the history says about a field, the newest first: as people read it in Jira. */
export async function historyOf(
  stand: Stand,
  key: string,
  field: string,
): Promise<readonly string[]> {
  const path = `/rest/api/3/issue/${key}/changelog?maxResults=100`;
  const { values } = Changelog.parse(await stand.as('admin').request('GET', path));
  const items = values.flatMap((entry) => entry.items);
  return items
    .filter((item) => item.field === field)
    .map(({ toString }) => toString ?? '')
    .reverse();
}

/** Everything that a release left behind. */
export async function tracesOf(stand: Stand, key: string): Promise<Traces> {
  const { story } = await stand.panel(key);
  const jira = stand.as('admin');
  const { comments } = Comments.parse(
    await jira.request('GET', `/rest/api/3/issue/${key}/comment`),
  );
  const { values } = Changelog.parse(
    await jira.request('GET', `/rest/api/3/issue/${key}/changelog?maxResults=100`),
  );
  const moves = values.flatMap(({ items }) => items.filter(({ field }) => field === 'status'));
  const job =
    /had the agents run CODE \(job (\S+)\)/.exec(story.map(({ text }) => text).join('\n'))?.[1] ??
    '';
  return {
    story: story
      .map(({ text }) =>
        text
          .replaceAll(/\b\d+\.\d+\b/g, '#')
          .replaceAll(/\b[0-9a-f]{12}\b/g, '#')
          .replaceAll(/ at \d+ \w+ \d+, \d\d:\d\d UTC\b/g, ''),
      )
      .reverse(),
    statuses: moves.map(({ toString }) => toString ?? ''),
    comments: comments.length,
    acts: actsOf(stand, job),
  };
}

/** One line of the ledger: time, act, job, fence, digest, version. */
function actsOf(stand: Stand, job: string): Record<string, number> {
  const ledger = readFileSync(join(stand.host.basePath, '.interlock/ledger'), 'utf8');
  const acts: Record<string, number> = {};
  for (const line of ledger.split('\n')) {
    const [, act = '', ofJob] = line.split(' ');
    if (ofJob === job) acts[act] = (acts[act] ?? 0) + 1;
  }
  return acts;
}
