import { z } from 'zod';
import { restUrl } from '../bodies';
import { DEFAULT_WORKFLOW } from '../defaults';
import type { Desk } from '../desk';
import { issueTypeById } from '../issue-types';
import type { JsonObject } from '../json';
import { issueCount, projectByIdOrKey, setWorkflowScheme } from '../projects';
import {
  allSchemes,
  createScheme,
  schemeById,
  schemeByName,
  type WorkflowScheme,
} from '../workflow/schemes';
import { workflowByName } from '../workflow/store';
import { created, NO_CONTENT, ok, refuse } from './answers';
import { listed, part, type Routes, wholeNumber } from './routes';
import { adminOnly } from './visible';

const SchemeRequest = z.object({
  name: z.string().min(1).max(255),
  description: z.string().default(''),
  defaultWorkflow: z.string().default(DEFAULT_WORKFLOW),
  issueTypeMappings: z.record(z.string(), z.string()).default({}),
});

const Association = z.object({ projectId: z.string(), workflowSchemeId: z.string() });

export const workflowSchemeRoutes: Routes = {
  'GET /rest/api/3/workflowscheme': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const schemes = allSchemes(call.desk.database);
    const startAt = wholeNumber(call.query, 'startAt', 0);
    const maxResults = wholeNumber(call.query, 'maxResults', 50);
    const page = schemes.slice(startAt, startAt + maxResults);
    return ok({
      startAt,
      maxResults,
      total: schemes.length,
      isLast: startAt + page.length >= schemes.length,
      values: page.map((scheme) => schemeBody(call.desk, scheme)),
    });
  },

  'POST /rest/api/3/workflowscheme': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = SchemeRequest.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { name, description, defaultWorkflow, issueTypeMappings } = request.data;
    const { database } = call.desk;
    if (schemeByName(database, name) !== undefined) {
      return refuse(400, [`The name "${name}" is used by another workflow scheme.`]);
    }
    const workflows = [defaultWorkflow, ...Object.values(issueTypeMappings)];
    const missing = workflows.find((workflow) => workflowByName(database, workflow) === undefined);
    if (missing !== undefined) return refuse(400, [`The workflow "${missing}" does not exist.`]);
    const type = Object.keys(issueTypeMappings).find(
      (id) => issueTypeById(database, Number(id)) === undefined,
    );
    if (type !== undefined) return refuse(400, [`The issue type ${type} does not exist.`]);
    const fresh = { name, description, defaultWorkflow, mappings: issueTypeMappings };
    return created(schemeBody(call.desk, createScheme(database, fresh)));
  },

  'GET /rest/api/3/workflowscheme/project': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const projects = listed(call.query, 'projectId').flatMap(
      (id) => projectByIdOrKey(call.desk.database, id) ?? [],
    );
    return ok({
      values: projects.flatMap((project) => {
        const scheme = schemeById(call.desk.database, project.workflowSchemeId);
        return scheme === undefined
          ? []
          : [{ projectIds: [String(project.id)], workflowScheme: schemeBody(call.desk, scheme) }];
      }),
    });
  },

  'PUT /rest/api/3/workflowscheme/project': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const request = Association.safeParse(call.body);
    if (!request.success) return refuse(400, [z.prettifyError(request.error)]);
    const { database } = call.desk;
    const project = projectByIdOrKey(database, request.data.projectId);
    const scheme = schemeById(database, Number(request.data.workflowSchemeId));
    if (project === undefined || scheme === undefined) {
      return refuse(404, ['The workflow scheme or the project was not found.']);
    }
    if (issueCount(database, project.id) > 0) {
      return refuse(400, [
        `Only a project without issues can be given a workflow scheme; ${project.key} has some.`,
      ]);
    }
    setWorkflowScheme(database, project.id, scheme.id);
    return NO_CONTENT;
  },

  'GET /rest/api/3/workflowscheme/{id}': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const scheme = schemeById(call.desk.database, Number(part(call, 'id')));
    return scheme === undefined
      ? refuse(404, ['The workflow scheme was not found.'])
      : ok(schemeBody(call.desk, scheme));
  },
};

function schemeBody(desk: Desk, scheme: WorkflowScheme): JsonObject {
  return {
    id: scheme.id,
    name: scheme.name,
    description: scheme.description,
    defaultWorkflow: scheme.defaultWorkflow,
    issueTypeMappings: { ...scheme.mappings },
    draft: false,
    self: restUrl(desk, `workflowscheme/${scheme.id}`),
  };
}
