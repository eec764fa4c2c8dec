import { adfText, isAdf } from './adf';
import type { Desk } from './desk';
import type { Field } from './fields';
import { issueByIdOrKey } from './issues';
import { idMember, isJsonList, isJsonObject, type Json, textMember } from './json';
import { groupBy, userById } from './people';

/** A value as a client wrote it, turned into what is stored, or the sentence that refuses it. */
export type ReadValue =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'invalid'; readonly sentence: string };

const SUMMARY_MAX_CHARS = 255;
const TEXT_MAX_CHARS = 255;
/** Source: developer.atlassian.com, "Issue text field limit": 32,767 characters. */
const DOCUMENT_MAX_CHARS = 32_767;

/** Checks a value for a field and gives it its stored shape. */
export function readValue(desk: Desk, field: Field, value: Json): ReadValue {
  if (value === null) {
    return field.id === 'summary'
      ? invalid('You must specify a summary of the issue.')
      : { kind: 'value', value: field.id === 'labels' ? [] : null };
  }
  switch (field.valueType) {
    case 'string':
      return readText(field, value);
    case 'richtext':
      return readDocument(value);
    case 'number':
      return typeof value === 'number' ? ok(value) : invalid('Operation value must be a number');
    case 'user':
      return readUser(desk, value);
    case 'group':
      return readGroup(desk, value);
    case 'date':
      return readPattern(value, /^\d{4}-\d\d-\d\d$/, 'yyyy-MM-dd');
    case 'datetime':
      return readPattern(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, "yyyy-MM-dd'T'HH:mm:ss.SSSZ");
    case 'object':
      return isJsonObject(value) ? ok(value) : invalid('Operation value must be an object');
    case 'list of string':
      return readLabels(value);
    case 'issue':
      return readIssueLink(desk, value);
    case 'other':
      return invalid(
        `Field '${field.id}' cannot be set. It is not on the appropriate screen, or unknown.`,
      );
  }
}

/** How a stored value reads in the changelog: what machines compare, and what people read. */
export function readableValue(
  desk: Desk,
  field: Field,
  value: Json,
): { readonly id: string | null; readonly text: string | null } {
  if (value === null) return { id: null, text: null };
  switch (field.valueType) {
    case 'richtext':
      return { id: null, text: adfText(value) };
    case 'user':
      return {
        id: plainText(value),
        text: userById(desk.database, plainText(value))?.displayName ?? plainText(value),
      };
    case 'issue':
      return {
        id: plainText(value),
        text: issueByIdOrKey(desk.database, plainText(value))?.key ?? plainText(value),
      };
    case 'list of string':
      return { id: null, text: isJsonList(value) ? value.map(plainText).join(' ') : null };
    case 'object':
      return { id: null, text: JSON.stringify(value) };
    case 'string':
    case 'number':
    case 'group':
    case 'date':
    case 'datetime':
    case 'other':
      return { id: null, text: plainText(value) };
  }
}

function plainText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readText(field: Field, value: Json): ReadValue {
  if (typeof value !== 'string') return invalid('Operation value must be a string');
  if (field.id === 'summary') {
    if (value.trim() === '') return invalid('You must specify a summary of the issue.');
    if (value.length > SUMMARY_MAX_CHARS) {
      return invalid(`Summary can't exceed ${SUMMARY_MAX_CHARS} characters.`);
    }
    if (/[\r\n]/.test(value)) {
      return invalid('The summary is invalid because it contains newline characters.');
    }
    return ok(value.trim());
  }
  if (value.length > TEXT_MAX_CHARS) {
    return invalid(
      `The entered text is too long. It exceeds the allowed limit of ${TEXT_MAX_CHARS} characters.`,
    );
  }
  return ok(value === '' ? null : value);
}

function readDocument(value: Json): ReadValue {
  if (!isAdf(value)) {
    return invalid(
      'Operation value must be an Atlassian Document (see the Atlassian Document Format)',
    );
  }
  if (adfText(value).length > DOCUMENT_MAX_CHARS) {
    return invalid('CONTENT_LIMIT_EXCEEDED');
  }
  return ok(value);
}

function readUser(desk: Desk, value: Json): ReadValue {
  const accountId = textMember(value, 'accountId') ?? textMember(value, 'id');
  if (accountId === undefined)
    return invalid('Specify a valid value for the user: {"accountId": …}.');
  return userById(desk.database, accountId) === undefined
    ? invalid(`User '${accountId}' does not exist.`)
    : ok(accountId);
}

function readGroup(desk: Desk, value: Json): ReadValue {
  const name = textMember(value, 'name') ?? (typeof value === 'string' ? value : undefined);
  return name !== undefined && groupBy(desk.database, { name }) !== undefined
    ? ok(name)
    : invalid(`Could not find group with name '${name ?? ''}'`);
}

function readPattern(value: Json, pattern: RegExp, shape: string): ReadValue {
  return typeof value === 'string' && pattern.test(value) && !Number.isNaN(Date.parse(value))
    ? ok(value)
    : invalid(`Operation value must be a string in the format ${shape}`);
}

function readLabels(value: Json): ReadValue {
  if (!isJsonList(value)) return invalid('data was not an array');
  for (const label of value) {
    if (typeof label !== 'string') return invalid('string expected at index 0');
    if (/\s/.test(label)) return invalid(`The label '${label}' contains spaces which is invalid.`);
  }
  return ok([...new Set(value)]);
}

function readIssueLink(desk: Desk, value: Json): ReadValue {
  const idOrKey = idMember(value, 'id') ?? textMember(value, 'key');
  const parent = idOrKey === undefined ? undefined : issueByIdOrKey(desk.database, idOrKey);
  return parent === undefined ? invalid('Could not find issue by id or key.') : ok(parent.id);
}

const ok = (value: Json): ReadValue => ({ kind: 'value', value });
const invalid = (sentence: string): ReadValue => ({ kind: 'invalid', sentence });
