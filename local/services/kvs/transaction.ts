/** Several operations that all happen, or none: the only compare-and-set that Forge has. */
import { transact } from '../../store';
import type { ServiceResponse } from '../service';
import { filtersProblem, meets } from './condition';
import { TRANSACTION_MAX_OPERATIONS } from './limits';
import {
  addressOf,
  addressProblem,
  present,
  write,
  writeProblem,
  type Address,
  type Desk,
} from './records';
import { refuse, toResponse, type Refusal } from './refusal';
import type { Filters, TransactionRequest } from './wire';

interface Operation {
  readonly address: Address;
  readonly conditions: Filters | undefined;
  readonly problem: Refusal | undefined;
  readonly apply: () => void;
}

export function runTransaction(desk: Desk, request: TransactionRequest): ServiceResponse {
  const operations = operationsOf(desk, request);
  const problem = shapeProblem(operations) ?? firstProblem(desk, operations);
  if (problem !== undefined) return toResponse(problem);
  if (!operations.every((operation) => conditionsHold(desk, operation))) {
    return toResponse(refuse('CONDITIONAL_CHECK_FAILED'));
  }
  transact(desk.database, () => {
    for (const { apply } of operations) apply();
  });
  return { status: 204 };
}

function operationsOf(desk: Desk, request: TransactionRequest): Operation[] {
  const sets = request.set.map((it) => {
    const address = addressOf(it.entityName, it.key);
    const problem = writeProblem(desk, address, it);
    return { address, conditions: it.conditions, problem, apply: () => write(desk, address, it) };
  });
  const deletes = request.delete.map((it) => {
    const address = addressOf(it.entityName, it.key);
    const apply = () => desk.store.remove(address.space, address.key, desk.clock.now());
    return { address, conditions: it.conditions, problem: addressProblem(desk, address), apply };
  });
  const checks = request.check.map((it) => {
    const address = addressOf(it.entityName, it.key);
    return {
      address,
      conditions: it.conditions,
      problem: addressProblem(desk, address),
      apply: () => undefined,
    };
  });
  return [...sets, ...deletes, ...checks];
}

function shapeProblem(operations: readonly Operation[]): Refusal | undefined {
  if (operations.length === 0) return refuse('BAD_REQUEST', 'The transaction has no operation.');
  if (operations.length > TRANSACTION_MAX_OPERATIONS) {
    return refuse(
      'BAD_REQUEST',
      `A transaction has at most ${TRANSACTION_MAX_OPERATIONS} operations.`,
    );
  }
  const addresses = new Set(operations.map(({ address }) => `${address.space} ${address.key}`));
  if (addresses.size < operations.length) {
    return refuse('BAD_REQUEST', 'Each key can be used only once in a transaction.');
  }
  return undefined;
}

function firstProblem(desk: Desk, operations: readonly Operation[]): Refusal | undefined {
  for (const { address, conditions, problem } of operations) {
    const found = problem ?? (conditions && conditionsProblem(desk, address, conditions));
    if (found !== undefined) return found;
  }
  return undefined;
}

function conditionsProblem(
  desk: Desk,
  { space }: Address,
  conditions: Filters,
): Refusal | undefined {
  const entity = desk.entities.get(space.slice('entity:'.length));
  if (entity === undefined) return refuse('BAD_REQUEST', 'Conditions need an entity.');
  return filtersProblem(entity, conditions);
}

/** Assumed: on a record that does not exist no condition holds, not even NOT_EXISTS; see local/DIFFERENCES.md. */
function conditionsHold(desk: Desk, { address, conditions }: Operation): boolean {
  if (conditions === undefined) return true;
  const record = present(desk, address);
  return record !== undefined && meets(record.value, conditions);
}
