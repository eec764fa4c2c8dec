import { z } from 'zod';
import type { ServiceResponse } from '../../service';
import { addHistory } from '../changelog';
import { changeItem, storedValue } from '../edits';
import { announceUpdated } from '../events';
import { isOwnedBy } from '../field-creation';
import { readValue } from '../field-values';
import { type Field, fieldByIdOrKey } from '../fields';
import { writeField } from '../issue-values';
import { type Issue, issueByIdOrKey, touch } from '../issues';
import { type Json, toJson } from '../json';
import { atomically } from '../table';
import { NO_CONTENT, refuse } from './answers';
import { type Call, part, type Routes } from './routes';
import { takeWrite } from './visible';

const One = z.object({
  updates: z.array(z.object({ issueIds: z.array(z.int()), value: z.unknown() })),
});
const Many = z.object({
  updates: z.array(
    z.object({ customField: z.string(), issueIds: z.array(z.int()), value: z.unknown() }),
  ),
});

interface Update {
  readonly field: string;
  readonly issueIds: readonly number[];
  readonly value: Json;
}

interface Write {
  readonly field: Field;
  readonly issue: Issue;
  readonly value: Json;
}

export const appFieldRoutes: Routes = {
  'POST /rest/api/3/app/field/value': (call) => {
    const request = Many.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    return writeAll(
      call,
      request.data.updates.map(({ customField, issueIds, value }) => ({
        field: customField,
        issueIds,
        value: toJson(value),
      })),
    );
  },

  'PUT /rest/api/3/app/field/{fieldIdOrKey}/value': (call) => {
    const request = One.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    return writeAll(
      call,
      request.data.updates.map(({ issueIds, value }) => ({
        field: part(call, 'fieldIdOrKey'),
        issueIds,
        value: toJson(value),
      })),
    );
  },
};

/** All values or none. Only the app itself; a read-only field is writable here and nowhere else. */
function writeAll(call: Call, updates: readonly Update[]): ServiceResponse {
  const { desk, person } = call;
  const writes: Write[] = [];
  for (const update of updates) {
    const field = fieldByIdOrKey(desk.database, update.field);
    if (field === undefined) return refuse(404, [`The field ${update.field} was not found.`]);
    if (person.kind !== 'app' || !isOwnedBy(desk.app, field)) {
      return refuse(403, [`Only the app that provides the field ${field.name} can write it.`]);
    }
    const read = readValue(desk, field, update.value);
    if (read.kind === 'invalid') return refuse(400, [`${field.name}: ${read.sentence}`]);
    for (const issueId of update.issueIds) {
      const issue = issueByIdOrKey(desk.database, issueId);
      if (issue === undefined) return refuse(400, [`The issue ${issueId} does not exist.`]);
      writes.push({ field, issue, value: read.value });
    }
  }
  for (const issueId of new Set(writes.map(({ issue }) => issue.id))) {
    const limited = takeWrite(desk, person, issueId);
    if (limited !== undefined) return limited;
  }
  save(call, writes);
  return NO_CONTENT;
}

function save(call: Call, writes: readonly Write[]): void {
  const { desk, person, query } = call;
  const nowMs = desk.clock.now();
  const withHistory = query.get('generateChangelog') !== 'false';
  const updates = atomically(desk.database, () =>
    writes.map(({ field, issue, value }) => {
      const items = [changeItem(desk, field, storedValue(desk, issue, field), value)];
      writeField(desk.database, issue.id, field.id, value);
      touch(desk.database, issue.id, nowMs);
      const entry = { issueId: issue.id, author: person.accountId, createdMs: nowMs, items };
      return withHistory
        ? { issue, items, historyId: addHistory(desk.database, entry).id }
        : { issue, items };
    }),
  );
  if (query.get('generateAppEvents') === 'false') return;
  for (const { issue, ...update } of updates) {
    announceUpdated(desk, issueByIdOrKey(desk.database, issue.id) ?? issue, person, update);
  }
}
