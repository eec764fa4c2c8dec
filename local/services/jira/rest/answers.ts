import type { ServiceResponse } from '../../service';
import type { Json } from '../json';

/** Jira's error shape. */
export function refuse(
  status: number,
  messages: readonly string[],
  errors: Readonly<Record<string, string>> = {},
): ServiceResponse {
  return { status, body: { errorMessages: messages, errors } };
}

export function ok(body: Json): ServiceResponse {
  return { status: 200, body };
}

export function created(body: Json): ServiceResponse {
  return { status: 201, body };
}

export const NO_CONTENT: ServiceResponse = { status: 204 };

/** Jira's words to somebody whom it does not know. */
export function unauthenticated(): ServiceResponse {
  return {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="Local Jira"' },
    body: { errorMessages: ['Client must be authenticated to access this resource.'], errors: {} },
  };
}

export function forbidden(sentence: string): ServiceResponse {
  return refuse(403, [sentence]);
}

/** The same for an issue that does not exist and for one that this person may not see. */
export function noSuchIssue(): ServiceResponse {
  return refuse(404, ['Issue does not exist or you do not have permission to see it.']);
}

export function noSuchProject(idOrKey: string): ServiceResponse {
  return refuse(404, [`No project could be found with key '${idOrKey}'.`]);
}

export function notModelled(what: string): ServiceResponse {
  return refuse(501, [`Local Jira does not model ${what}; see local/DIFFERENCES.md.`]);
}
