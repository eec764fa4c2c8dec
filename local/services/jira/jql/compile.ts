import type { SQLInputValue } from 'node:sqlite';
import type { Desk, Person } from '../desk';
import { type Column, columnOf } from './columns';
import { CompileError } from './compile-error';
import type { Clause, Operator, Query, Term } from './parse';

/** A query for the search index, whose rows are called `i`. */
export interface Sql {
  readonly where: string;
  readonly values: readonly SQLInputValue[];
  readonly orderBy: string;
}

export type Compilation =
  | { readonly kind: 'sql'; readonly sql: Sql }
  | { readonly kind: 'error'; readonly message: string };

interface Part {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Turns a query into SQL, or into Jira's sentence about what it does not know. */
export function compile(desk: Desk, person: Person, query: Query): Compilation {
  try {
    const where = query.where === undefined ? undefined : clauseSql(desk, person, query.where);
    const orders = query.orderBy.map(
      ({ field, descending }) =>
        `${columnOf(desk, person, field).sql} ${descending ? 'DESC' : 'ASC'}`,
    );
    return {
      kind: 'sql',
      sql: {
        where: where?.sql ?? '1',
        values: where?.values ?? [],
        orderBy: [...orders, 'i.issue_id DESC'].join(', '),
      },
    };
  } catch (failure) {
    if (failure instanceof CompileError) return { kind: 'error', message: failure.message };
    throw failure;
  }
}

function clauseSql(desk: Desk, person: Person, clause: Clause): Part {
  switch (clause.kind) {
    case 'term':
      return termSql(desk, person, clause);
    case 'not': {
      const inner = clauseSql(desk, person, clause.clause);
      return { sql: `NOT (${inner.sql})`, values: inner.values };
    }
    case 'and':
    case 'or': {
      const parts = clause.clauses.map((inner) => clauseSql(desk, person, inner));
      const glue = clause.kind === 'and' ? ' AND ' : ' OR ';
      return {
        sql: parts.map(({ sql }) => `(${sql})`).join(glue),
        values: parts.flatMap(({ values }) => values),
      };
    }
  }
}

function termSql(desk: Desk, person: Person, { field, operator, operands }: Term): Part {
  const column = columnOf(desk, person, field);
  const isEmptiness = operands.some(({ kind }) => kind === 'empty');
  const meant =
    isEmptiness && operator === '=' ? 'is' : operator === '!=' && isEmptiness ? 'is not' : operator;
  if (!column.operators.includes(meant)) {
    throw new CompileError(`The operator '${operator}' is not supported by the '${field}' field.`);
  }
  if (meant === 'is' || meant === 'is not') {
    if (!isEmptiness) {
      throw new CompileError(`The operator '${operator}' takes EMPTY or NULL only.`);
    }
    return { sql: `${column.sql} ${meant === 'is' ? 'IS' : 'IS NOT'} NULL`, values: [] };
  }
  const values = operands.map((operand) => {
    const value = column.read(operand);
    if (value !== undefined) return value;
    throw new CompileError(`The value '${operand.text}' does not exist for the field '${field}'.`);
  });
  return comparison(column, meant, values);
}

function comparison(
  { sql }: Column,
  operator: Exclude<Operator, 'is' | 'is not'>,
  values: readonly (string | number)[],
): Part {
  switch (operator) {
    case 'in':
    case 'not in': {
      const marks = values.map(() => '?').join(', ');
      return { sql: `${sql} ${operator === 'in' ? 'IN' : 'NOT IN'} (${marks})`, values };
    }
    case '~':
      return { sql: `${sql} LIKE ? ESCAPE '\\'`, values: values.map(containing) };
    case '!~':
      return { sql: `${sql} NOT LIKE ? ESCAPE '\\'`, values: values.map(containing) };
    case '=':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return { sql: `${sql} ${operator} ?`, values };
  }
}

function containing(value: string | number): string {
  return `%${String(value).replaceAll(/[\\%_]/g, '\\$&')}%`;
}
