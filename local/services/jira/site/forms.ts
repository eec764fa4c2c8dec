import type { FormField } from '../../../pages/form-pages';
import { textAsAdf } from '../adf';
import type { Desk } from '../desk';
import { type Field, fieldByIdOrKey } from '../fields';
import type { Json, JsonObject } from '../json';
import { userByEmail } from '../people';

/** The fields of a screen that a plain form can ask for. */
export function formFields(
  desk: Desk,
  fieldIds: readonly string[],
  form: URLSearchParams,
  errors: Readonly<Record<string, string>>,
): readonly FormField[] {
  return fieldIds.flatMap((id): readonly FormField[] => {
    if (id === 'comment') return [inputFor(id, 'Comment', 'lines', form, errors)];
    const field = fieldByIdOrKey(desk.database, id);
    const kind = field === undefined || field.readOnly ? undefined : kindOf(field);
    return field === undefined || kind === undefined
      ? []
      : [inputFor(id, labelOf(field), kind, form, errors)];
  });
}

function inputFor(
  id: string,
  label: string,
  kind: FormField['kind'],
  form: URLSearchParams,
  errors: Readonly<Record<string, string>>,
): FormField {
  const wrong = errors[id];
  return {
    id,
    label,
    kind,
    value: form.get(id) ?? '',
    isRequired: id === 'summary',
    ...(wrong === undefined ? {} : { problem: wrong }),
  };
}

function kindOf({ valueType }: Field): FormField['kind'] | undefined {
  switch (valueType) {
    case 'string':
    case 'number':
    case 'user':
    case 'date':
    case 'datetime':
    case 'issue':
    case 'list of string':
      return 'line';
    case 'richtext':
      return 'lines';
    case 'group':
    case 'object':
    case 'other':
      return undefined;
  }
}

function labelOf({ name, valueType }: Field): string {
  switch (valueType) {
    case 'user':
      return `${name} (e-mail address)`;
    case 'list of string':
      return `${name} (separated by spaces)`;
    case 'issue':
      return `${name} (key)`;
    case 'string':
    case 'number':
    case 'date':
    case 'datetime':
    case 'richtext':
    case 'group':
    case 'object':
    case 'other':
      return name;
  }
}

/** What a form sent as `fields` of the REST API: empty inputs are left out, the comment goes elsewhere. */
export function fieldsOfForm(
  desk: Desk,
  fieldIds: readonly string[],
  form: URLSearchParams,
): JsonObject {
  return Object.fromEntries(
    fieldIds.flatMap((id) => {
      const typed = (form.get(id) ?? '').trim();
      const field = fieldByIdOrKey(desk.database, id);
      return typed === '' || field === undefined || id === 'comment'
        ? []
        : [[id, valueOf(desk, field, typed)] as const];
    }),
  );
}

function valueOf(desk: Desk, { valueType }: Field, typed: string): Json {
  switch (valueType) {
    case 'richtext':
      return textAsAdf(typed);
    case 'user':
      return { accountId: userByEmail(desk.database, typed)?.accountId ?? typed };
    case 'number':
      return Number(typed);
    case 'list of string':
      return typed.split(/\s+/);
    case 'issue':
      return { key: typed };
    case 'string':
    case 'date':
    case 'datetime':
    case 'group':
    case 'object':
    case 'other':
      return typed;
  }
}

/** A comment typed into a form, as `update` of the REST API. */
export function commentOfForm(form: URLSearchParams): Json {
  const typed = (form.get('comment') ?? '').trim();
  return typed === '' ? null : { comment: [{ add: { body: textAsAdf(typed) } }] };
}

/** Errors about something that the form has no input for. */
export function errorsElsewhere(
  fields: readonly FormField[],
  errors: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(errors)
    .filter(([id]) => !fields.some((field) => field.id === id))
    .map(([, sentence]) => sentence);
}
