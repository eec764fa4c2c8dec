import type { ServiceResponse } from '../../service';
import { restUrl } from '../bodies';
import { touch } from '../issues';
import { holds, isAdmin } from '../permissions';
import {
  deleteProperty,
  propertyKeys,
  type PropertyOwner,
  propertyValue,
  setProperty,
} from '../properties';
import { created, forbidden, NO_CONTENT, ok, refuse } from './answers';
import { type Call, part, type Routes } from './routes';
import { browsableIssue, browsableProject, type Found, writableIssue } from './visible';

/** Source: the OpenAPI text, "The maximum length is 32768 characters" of an entity property. */
const VALUE_MAX_CHARS = 32_768;
const KEY_MAX_CHARS = 255;

const ISSUE = '/rest/api/3/issue/{idOrKey}/properties';
const PROJECT = '/rest/api/3/project/{idOrKey}/properties';

export const propertyRoutes: Routes = {
  ...routesFor(ISSUE, 'issue', readableIssue, editableIssue),
  ...routesFor(PROJECT, 'project', readableProject, administeredProject),
};

type Owner = (call: Call) => Found<number>;

function routesFor(path: string, kind: PropertyOwner, readable: Owner, writable: Owner): Routes {
  return {
    [`GET ${path}`]: (call) => {
      const owner = readable(call);
      if (owner.kind === 'refused') return owner.response;
      const keys = propertyKeys(call.desk.database, kind, owner.value);
      return ok({
        keys: keys.map((key) => ({
          key,
          self: restUrl(
            call.desk,
            `${kind}/${part(call, 'idOrKey')}/properties/${encodeURIComponent(key)}`,
          ),
        })),
      });
    },

    [`GET ${path}/{propertyKey}`]: (call) => {
      const owner = readable(call);
      if (owner.kind === 'refused') return owner.response;
      const key = part(call, 'propertyKey');
      const value = propertyValue(call.desk.database, kind, owner.value, key);
      return value === undefined ? noSuchProperty(key) : ok({ key, value });
    },

    [`PUT ${path}/{propertyKey}`]: (call) => {
      const owner = writable(call);
      if (owner.kind === 'refused') return owner.response;
      const key = part(call, 'propertyKey');
      if (key.length > KEY_MAX_CHARS) return refuse(400, ['The property key is too long.']);
      if (JSON.stringify(call.body).length > VALUE_MAX_CHARS) {
        return refuse(400, [`The property value cannot exceed ${VALUE_MAX_CHARS} characters.`]);
      }
      const isNew = setProperty(call.desk.database, kind, owner.value, key, call.body);
      return isNew ? created({}) : ok({});
    },

    [`DELETE ${path}/{propertyKey}`]: (call) => {
      const owner = writable(call);
      if (owner.kind === 'refused') return owner.response;
      const key = part(call, 'propertyKey');
      return deleteProperty(call.desk.database, kind, owner.value, key)
        ? NO_CONTENT
        : noSuchProperty(key);
    },
  };
}

const noSuchProperty = (key: string): ServiceResponse =>
  refuse(404, [`The property ${key} does not exist.`]);

function readableIssue(call: Call): Found<number> {
  const found = browsableIssue(call.desk, call.person, part(call, 'idOrKey'));
  return found.kind === 'refused' ? found : { kind: 'found', value: found.value.id };
}

/** Anybody who may edit the issue may write its properties: nothing that decides may rest on them. */
function editableIssue(call: Call): Found<number> {
  const sentence = 'You do not have permission to edit issues in this project.';
  const found = writableIssue(call, part(call, 'idOrKey'), 'EDIT_ISSUES', sentence);
  if (found.kind === 'refused') return found;
  touch(call.desk.database, found.value.id, call.desk.clock.now());
  return { kind: 'found', value: found.value.id };
}

function readableProject(call: Call): Found<number> {
  const found = browsableProject(call.desk, call.person, part(call, 'idOrKey'));
  return found.kind === 'refused' ? found : { kind: 'found', value: found.value.id };
}

function administeredProject(call: Call): Found<number> {
  const { desk, person } = call;
  const found = browsableProject(desk, person, part(call, 'idOrKey'));
  if (found.kind === 'refused') return found;
  const isAllowed =
    isAdmin(desk, person.accountId) ||
    holds(desk, person.accountId, 'ADMINISTER_PROJECTS', found.value);
  return isAllowed
    ? { kind: 'found', value: found.value.id }
    : { kind: 'refused', response: forbidden('You do not administer this project.') };
}
