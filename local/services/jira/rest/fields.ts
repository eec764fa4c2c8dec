import { z } from 'zod';
import { createField } from '../field-creation';
import { allFields, type Field } from '../fields';
import type { JsonObject } from '../json';
import { created, notModelled, ok, refuse } from './answers';
import { pageOf } from './pages';
import { listed, type Routes } from './routes';
import { adminOnly } from './visible';

const FieldRequest = z.object({
  name: z.string().min(1).max(255),
  description: z.string().default(''),
  type: z.string(),
  searcherKey: z.string().optional(),
});

export const fieldRoutes: Routes = {
  'GET /rest/api/3/field': ({ desk }) => ok(allFields(desk.database).map(fieldBody)),

  'GET /rest/api/3/field/search': ({ desk, query }) => {
    const ids = listed(query, 'id');
    const types = listed(query, 'type');
    const wanted = (query.get('query') ?? '').toLowerCase();
    const found = allFields(desk.database).filter(
      (field) =>
        (ids.length === 0 || ids.includes(field.id)) &&
        (types.length === 0 || types.includes(field.custom ? 'custom' : 'system')) &&
        field.name.toLowerCase().includes(wanted),
    );
    return ok(
      pageOf(desk, 'field/search', query, found, ({ id, key, name, schema, description }) => ({
        id,
        key,
        name,
        description,
        schema: { ...schema },
      })),
    );
  },

  'POST /rest/api/3/field': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = FieldRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const outcome = createField(call.desk.database, request.data);
    return outcome.kind === 'created'
      ? created(fieldBody(outcome.field))
      : notModelled(
          `fields of the type ${request.data.type}; it knows ${outcome.known.join(', ')}`,
        );
  },
};

function fieldBody(field: Field): JsonObject {
  return {
    id: field.id,
    key: field.key,
    name: field.name,
    custom: field.custom,
    orderable: true,
    navigable: true,
    searchable: true,
    clauseNames: field.custom ? [`cf[${field.schema.customId ?? 0}]`, field.name] : [field.id],
    schema: { ...field.schema },
  };
}
