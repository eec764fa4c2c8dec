import type { Desk, Person } from '../desk';
import { customFields, type Field } from '../fields';
import { issueTypeById, issueTypeByName } from '../issue-types';
import { issueByIdOrKey } from '../issues';
import { userByEmail, userById } from '../people';
import { projectByIdOrKey } from '../projects';
import { CATEGORIES, CATEGORY_DETAILS, statusById, statusByName } from '../statuses';
import { CompileError } from './compile-error';
import { readMoment } from './moments';
import type { Operand, Operator } from './parse';

/** What a field of a query stands for. */
export interface Column {
  readonly name: string;
  /** SQL that gives the value. */
  readonly sql: string;
  readonly operators: readonly Operator[];
  /** The stored value for what the query says; undefined when there is no such thing. */
  readonly read: (operand: Operand) => string | number | undefined;
}

const EQUALITY: readonly Operator[] = ['=', '!=', 'in', 'not in'];

const NULLABLE: readonly Operator[] = [...EQUALITY, 'is', 'is not'];

const ORDERED: readonly Operator[] = [...EQUALITY, '<', '>', '<=', '>='];

const TEXTUAL: readonly Operator[] = ['~', '!~', 'is', 'is not'];

export function columnOf(desk: Desk, person: Person, field: string): Column {
  const { database } = desk;
  const name = field.toLowerCase();
  const column = (sql: string, operators: readonly Operator[], read: Column['read']): Column => ({
    name,
    sql,
    operators,
    read,
  });
  const user: Column['read'] = (operand) => accountOf(desk, person, operand);
  const moment: Column['read'] = (operand) => readMoment(operand, desk.clock.now());
  switch (name) {
    case 'project':
      return column('i.project_id', EQUALITY, ({ text }) => projectByIdOrKey(database, text)?.id);
    case 'status':
      return column(
        'i.status_id',
        EQUALITY,
        ({ text }) => (statusByName(database, text) ?? statusById(database, Number(text)))?.id,
      );
    case 'statuscategory':
      return column(CATEGORY_SQL, EQUALITY, ({ text }) => categoryOf(text));
    case 'issuetype':
    case 'type':
      return column(
        'i.type_id',
        EQUALITY,
        ({ text }) =>
          (issueTypeByName(database, text) ?? issueTypeById(database, Number(text)))?.id,
      );
    case 'key':
    case 'issuekey':
    case 'issue':
    case 'id':
      return column('i.issue_id', ORDERED, ({ text }) => issueByIdOrKey(database, text)?.id);
    case 'parent':
      return column('i.parent_id', NULLABLE, ({ text }) => issueByIdOrKey(database, text)?.id);
    case 'assignee':
    case 'reporter':
      return column(`i.${name}`, NULLABLE, user);
    case 'created':
    case 'createddate':
      return column('i.created_ms', ORDERED, moment);
    case 'updated':
    case 'updateddate':
      return column('i.updated_ms', ORDERED, moment);
    case 'summary':
      return column('i.summary', TEXTUAL, ({ text }) => text);
    default:
      return customColumn(desk, field);
  }
}

const CATEGORY_SQL = '(SELECT s.category FROM jira_status s WHERE s.id = i.status_id)';

function categoryOf(text: string): string | undefined {
  return CATEGORIES.find((category) => {
    const { id, key, name } = CATEGORY_DETAILS[category];
    return [String(id), key, name.toLowerCase()].includes(text.toLowerCase());
  });
}

/** `cf[10000]`, the id, or the name of a custom field that holds a text or a number. */
function customColumn(desk: Desk, name: string): Column {
  const number = /^cf\[(\d+)\]$/i.exec(name)?.[1];
  const wanted = name.toLowerCase();
  const field = customFields(desk.database).find(
    ({ id, name: label }) =>
      id === (number === undefined ? wanted : `customfield_${number}`) ||
      label.toLowerCase() === wanted,
  );
  if (field === undefined) {
    throw new CompileError(
      `Field '${name}' does not exist or you do not have permission to view it.`,
    );
  }
  const sql = `json_extract(i.fields, '$.${field.id}')`;
  return { name, sql, operators: customOperators(field), read: ({ text }) => valueOf(field, text) };
}

function customOperators(field: Field): readonly Operator[] {
  switch (field.valueType) {
    case 'string':
      return [...NULLABLE, '~', '!~'];
    case 'number':
      return [...ORDERED, 'is', 'is not'];
    case 'richtext':
    case 'user':
    case 'group':
    case 'date':
    case 'datetime':
    case 'object':
    case 'list of string':
    case 'issue':
    case 'other':
      return ['is', 'is not'];
  }
}

function valueOf(field: Field, text: string): string | number | undefined {
  if (field.valueType !== 'number') return text;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

function accountOf(desk: Desk, person: Person, operand: Operand): string | undefined {
  if (operand.kind === 'function') {
    return operand.text.toLowerCase() === 'currentuser' ? person.accountId : undefined;
  }
  return (
    userById(desk.database, operand.text)?.accountId ??
    userByEmail(desk.database, operand.text)?.accountId
  );
}
