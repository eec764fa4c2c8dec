import { commentBody } from '../bodies';
import {
  addComment,
  type Comment,
  commentById,
  commentCount,
  commentsOf,
  type CommentText,
  deleteComment,
  readCommentText,
  updateComment,
} from '../comments';
import { announceCommented } from '../events';
import { type Issue, touch } from '../issues';
import { member } from '../json';
import { holdsOnIssue } from '../permissions';
import { created, forbidden, NO_CONTENT, notModelled, ok, refuse } from './answers';
import { type Call, part, type Routes, wholeNumber } from './routes';
import { browsableIssue, type Found, takeWrite, writableIssue } from './visible';

const PATH = '/rest/api/3/issue/{issueIdOrKey}/comment';
const COMMENT_PAGE = 100;

export const commentRoutes: Routes = {
  [`GET ${PATH}`]: (call) => {
    const { desk, query } = call;
    const found = browsableIssue(desk, call.person, part(call, 'issueIdOrKey'));
    if (found.kind === 'refused') return found.response;
    const startAt = wholeNumber(query, 'startAt', 0);
    const maxResults = Math.min(wholeNumber(query, 'maxResults', COMMENT_PAGE), COMMENT_PAGE);
    const newestFirst = query.get('orderBy') === '-created';
    const page = { startAt, maxResults, newestFirst };
    return ok({
      startAt,
      maxResults,
      total: commentCount(desk.database, found.value.id),
      comments: commentsOf(desk.database, found.value.id, page).map((comment) =>
        commentBody(desk, comment),
      ),
    });
  },

  [`POST ${PATH}`]: (call) => {
    const sentence = `${part(call, 'issueIdOrKey')}: you do not have the permission to comment on this issue.`;
    const found = writableIssue(call, part(call, 'issueIdOrKey'), 'ADD_COMMENTS', sentence);
    if (found.kind === 'refused') return found.response;
    const said = textOf(call);
    if (said.kind === 'refused') return said.response;
    const { desk, person } = call;
    const nowMs = desk.clock.now();
    const fresh = { issueId: found.value.id, author: person.accountId, ...said.value };
    const comment = addComment(desk.database, fresh, nowMs);
    touch(desk.database, found.value.id, nowMs);
    announceCommented(desk, found.value, comment, person);
    return created(commentBody(desk, comment));
  },

  [`GET ${PATH}/{id}`]: (call) => {
    const found = commentOf(call);
    return found.kind === 'refused'
      ? found.response
      : ok(commentBody(call.desk, found.value.comment));
  },

  [`PUT ${PATH}/{id}`]: (call) => {
    const found = changeableComment(call, 'EDIT_ALL_COMMENTS', 'EDIT_OWN_COMMENTS');
    if (found.kind === 'refused') return found.response;
    const said = textOf(call);
    if (said.kind === 'refused') return said.response;
    const { desk, person } = call;
    const { comment, issue } = found.value;
    const nowMs = desk.clock.now();
    const update = { ...said.value, author: person.accountId, nowMs };
    updateComment(desk.database, comment.id, update);
    touch(desk.database, issue.id, nowMs);
    const { body } = said.value;
    const changed = { ...comment, body, updateAuthor: person.accountId, updatedMs: nowMs };
    return ok(commentBody(desk, changed));
  },

  [`DELETE ${PATH}/{id}`]: (call) => {
    const found = changeableComment(call, 'DELETE_ALL_COMMENTS', 'DELETE_OWN_COMMENTS');
    if (found.kind === 'refused') return found.response;
    deleteComment(call.desk.database, found.value.comment.id);
    touch(call.desk.database, found.value.issue.id, call.desk.clock.now());
    return NO_CONTENT;
  },
};

function textOf(call: Call): Found<CommentText> {
  if (member(call.body, 'visibility') !== null) {
    return { kind: 'refused', response: notModelled('restricted comments') };
  }
  const said = readCommentText(call.body);
  return said === undefined
    ? { kind: 'refused', response: refuse(400, [], { comment: 'Comment body is not valid!' }) }
    : { kind: 'found', value: said };
}

interface CommentOfIssue {
  readonly issue: Issue;
  readonly comment: Comment;
}

function commentOf(call: Call): Found<CommentOfIssue> {
  const found = browsableIssue(call.desk, call.person, part(call, 'issueIdOrKey'));
  if (found.kind === 'refused') return found;
  const id = part(call, 'id');
  const comment = commentById(call.desk.database, found.value.id, Number(id));
  return comment === undefined
    ? { kind: 'refused', response: refuse(404, [`Can not find a comment for the id: ${id}.`]) }
    : { kind: 'found', value: { issue: found.value, comment } };
}

function changeableComment(call: Call, all: string, own: string): Found<CommentOfIssue> {
  const found = commentOf(call);
  if (found.kind === 'refused') return found;
  const { desk, person } = call;
  const { issue, comment } = found.value;
  const { accountId } = person;
  const isAllowed =
    holdsOnIssue(desk, accountId, all, issue) ||
    (comment.author === accountId && holdsOnIssue(desk, accountId, own, issue));
  if (!isAllowed) {
    const sentence = 'You do not have the permission to edit or delete this comment.';
    return { kind: 'refused', response: forbidden(sentence) };
  }
  const limited = takeWrite(desk, person, issue.id);
  return limited === undefined ? found : { kind: 'refused', response: limited };
}
