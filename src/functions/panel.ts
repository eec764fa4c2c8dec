/** What the panel of a release asks. */
import { z } from 'zod';
import { answerUnknown } from '#app/answer-unknown';
import { editContent, refuseEditor } from '#app/edit-content';
import { exportAudit } from '#app/export-audit';
import { getText } from '#app/get-text';
import { glanceRelease } from '#app/glance-release';
import { putText } from '#app/put-text';
import { reviewScript } from '#app/review-script';
import { showLog } from '#app/show-log';
import { showRelease } from '#app/show-release';
import { createResolver, onCall } from '#forge/resolver';
import type { Caller } from '#forge/resolver';
import { PANEL_CALLS } from '#wire/page';
import type { PanelAnswers } from '#wire/page';

/** Where Jira says that the panel stands. */
const Place = z.object({ issue: z.object({ id: z.coerce.string() }) });
type Place = z.infer<typeof Place>;

const refuseReader = ({ ports, accountId, place }: Caller<Place>): Promise<string | null> =>
  refuseEditor(ports, { issueId: place.issue.id, accountId });

export const panel = createResolver<PanelAnswers, Place>(Place, {
  'release.show': onCall(PANEL_CALLS['release.show'], ({ ports, accountId, place }) =>
    showRelease(ports, { issueId: place.issue.id, accountId }),
  ),
  'release.glance': onCall(PANEL_CALLS['release.glance'], ({ ports, place }, { mark }) =>
    glanceRelease(ports, { issueId: place.issue.id, mark }),
  ),
  'content.put': onCall(
    PANEL_CALLS['content.put'],
    ({ ports, accountId, place }, { content, base }) =>
      editContent(ports, { issueId: place.issue.id, accountId, content, base }),
    refuseReader,
  ),
  'question.answer': onCall(
    PANEL_CALLS['question.answer'],
    ({ ports, accountId, place }, { answer, about }) =>
      answerUnknown(ports, { issueId: place.issue.id, accountId, answer, about }),
  ),
  'text.put': onCall(
    PANEL_CALLS['text.put'],
    ({ ports, accountId, place }, piece) =>
      putText(ports, { issueId: place.issue.id, accountId, ...piece }),
    refuseReader,
  ),
  'text.get': onCall(PANEL_CALLS['text.get'], ({ ports, place }, wanted) =>
    getText(ports, { issueId: place.issue.id, ...wanted }),
  ),
  'audit.get': onCall(PANEL_CALLS['audit.get'], ({ ports, place }, asked) =>
    exportAudit(ports, { issueId: place.issue.id, ...asked }),
  ),
  'log.show': onCall(PANEL_CALLS['log.show'], ({ ports, place }, wanted) =>
    showLog(ports, { issueId: place.issue.id, ...wanted }),
  ),
  'script.review': onCall(PANEL_CALLS['script.review'], ({ ports, accountId, place }, review) =>
    reviewScript(ports, { issueId: place.issue.id, accountId, ...review }),
  ),
});
