/** Conditions: as JavaScript for filters and transactions, as SQL for ranges. */
import type { Entity } from '../../manifest';
import { refuse, type Refusal } from './refusal';
import { fitsType } from './validate';
import type { Condition, Filter, Filters } from './wire';

type AttributeType = Entity['attributes'][string]['type'];

/** Types that each condition compares. Source: storage-reference/entities-api-query, Conditions. */
const TYPES: Readonly<Record<Condition['condition'], readonly AttributeType[]>> = {
  BEGINS_WITH: ['string'],
  CONTAINS: ['string'],
  NOT_CONTAINS: ['string'],
  BETWEEN: ['string', 'integer', 'float'],
  GREATER_THAN: ['string', 'integer', 'float'],
  GREATER_THAN_EQUAL_TO: ['string', 'integer', 'float'],
  LESS_THAN: ['string', 'integer', 'float'],
  LESS_THAN_EQUAL_TO: ['string', 'integer', 'float'],
  EQUAL_TO: ['string', 'integer', 'float', 'boolean'],
  NOT_EQUAL_TO: ['string', 'integer', 'float', 'boolean'],
  EXISTS: ['string', 'integer', 'float', 'boolean'],
  NOT_EXISTS: ['string', 'integer', 'float', 'boolean'],
};

/** What is wrong with one condition on an attribute of this type. */
export function conditionProblem(
  type: AttributeType,
  { condition, values }: Condition,
): Refusal | undefined {
  if (type === 'any') return refuse('UNPROCESSABLE_ENTITY');
  if (!TYPES[condition].includes(type)) return refuse('INVALID_FILTER_CONDITION');
  if (condition === 'BETWEEN' && values.length < 2) return refuse('INSUFFICIENT_FILTER_VALUES');
  const expected = condition === 'BETWEEN' ? 2 : 1;
  if (values.length !== expected) return refuse('INVALID_FILTER_VALUES');
  if (condition === 'EXISTS' || condition === 'NOT_EXISTS') return undefined;
  const fitting = values.every((value) => fitsType(type, value));
  return fitting
    ? undefined
    : refuse('INVALID_FILTER_VALUES', `The values must be of type ${type}.`);
}

/** What is wrong with `and` or `or` conditions on an entity. */
export function filtersProblem(entity: Entity, filters: Filters): Refusal | undefined {
  if (filters.and !== undefined && filters.or !== undefined) {
    return refuse('INVALID_FILTER_OPERATORS_COMBINATION');
  }
  const terms = filters.and ?? filters.or ?? [];
  if (terms.length === 0) return refuse('EMPTY_FILTER_OPERATOR');
  for (const term of terms) {
    const declared = entity.attributes[term.property];
    if (declared === undefined) {
      return refuse(
        'BAD_REQUEST',
        `Entity ${entity.name} declares no attribute "${term.property}".`,
      );
    }
    const problem = conditionProblem(declared.type, term);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Whether a stored value meets the conditions, which have been found in order. */
export function meets(value: unknown, { and, or }: Filters): boolean {
  const holds = (term: Filter) => holdsFor(attributeOf(value, term.property), term);
  return and === undefined ? (or ?? []).some(holds) : and.every(holds);
}

function attributeOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map(Object.entries(value)).get(name)
    : undefined;
}

function holdsFor(actual: unknown, { condition, values: [first, second] }: Condition): boolean {
  if (condition === 'NOT_EXISTS') return actual === undefined;
  if (actual === undefined) return false;
  switch (condition) {
    case 'EXISTS':
      return true;
    case 'EQUAL_TO':
      return actual === first;
    case 'NOT_EQUAL_TO':
      return actual !== first;
    case 'BEGINS_WITH':
      return scalar(actual).startsWith(scalar(first));
    case 'CONTAINS':
      return scalar(actual).includes(scalar(first));
    case 'NOT_CONTAINS':
      return !scalar(actual).includes(scalar(first));
    case 'BETWEEN':
      return compare(actual, first) >= 0 && compare(actual, second) <= 0;
    case 'GREATER_THAN':
      return compare(actual, first) > 0;
    case 'GREATER_THAN_EQUAL_TO':
      return compare(actual, first) >= 0;
    case 'LESS_THAN':
      return compare(actual, first) < 0;
    case 'LESS_THAN_EQUAL_TO':
      return compare(actual, first) <= 0;
  }
}

/** Numbers by size, texts by their bytes; both sides have the declared type. */
function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return Buffer.compare(Buffer.from(scalar(left)), Buffer.from(scalar(right)));
}

function scalar(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
