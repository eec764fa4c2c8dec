/** Comments that appear once, however often the work behind them is repeated. */
import { route } from '@forge/api';
import { z } from 'zod';
import type { Comment } from '#core/jira-moves';
import { commentDocument } from './adf';
import { ask, asAppClient } from './jira-client';

/** The comment property that carries the mark. */
const PROPERTY = 'interlock';

/** How many of the newest comments are searched for the mark: a repetition follows within seconds to hours. */
const COMMENTS_SEARCHED = 50;

/** Adds a comment, unless one of the newest carries the same mark. */
export async function addCommentOnce(
  issueId: string,
  mark: string,
  comment: Comment,
): Promise<void> {
  if (await isMarked(issueId, mark)) return;
  await ask(
    asAppClient,
    {
      method: 'POST',
      path: route`/rest/api/3/issue/${issueId}/comment`,
      body: {
        body: commentDocument(comment),
        properties: [{ key: PROPERTY, value: { mark } }],
      },
    },
    z.object({ id: z.string() }),
  );
}

const NewestComments = z.object({ comments: z.array(z.object({ id: z.string() })) });

const MarkedComments = z.object({
  values: z.array(
    z.object({
      properties: z.array(z.object({ key: z.string(), value: z.unknown() })).default([]),
    }),
  ),
});

const Mark = z.object({ mark: z.string() });

/** An issue's comments come without their properties; only the list by ids has them. Source: Jira's OpenAPI, v3. */
async function isMarked(issueId: string, mark: string): Promise<boolean> {
  const { comments } = await ask(
    asAppClient,
    {
      method: 'GET',
      path: route`/rest/api/3/issue/${issueId}/comment?orderBy=-created&maxResults=${COMMENTS_SEARCHED}`,
    },
    NewestComments,
  );
  if (comments.length === 0) return false;
  const { values } = await ask(
    asAppClient,
    {
      method: 'POST',
      path: route`/rest/api/3/comment/list?expand=properties`,
      body: { ids: comments.map(({ id }) => Number(id)) },
    },
    MarkedComments,
  );
  const marks = values
    .flatMap(({ properties }) => properties)
    .filter(({ key }) => key === PROPERTY)
    .map(({ value }) => Mark.safeParse(value).data?.mark);
  return marks.includes(mark);
}
