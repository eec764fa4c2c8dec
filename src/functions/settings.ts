/** What the project settings ask; each call checks anew that the person administers the project. */
import { z } from 'zod';
import { installWorkflow } from '#app/install-workflow';
import { approveAgent, createEnrollment, revokeAgent } from '#app/manage-agents';
import { putPolicy, putSite, showSettings } from '#app/manage-settings';
import type { Ports } from '#app/ports';
import { installer } from '#forge/installer';
import { administersProject } from '#forge/project-admin';
import { createResolver, onCall, PageRefusal } from '#forge/resolver';
import { SETTINGS_CALLS } from '#wire/page';
import type { SettingsAnswers } from '#wire/page';

/** Where Jira says that the page stands. */
const Place = z.object({ project: z.object({ id: z.coerce.string() }) });
type Place = z.infer<typeof Place>;

const ADMINS_ONLY =
  'Release control is set up by people with the permission Administer projects; ask one of them.';

/** A call for project admins only. */
const forAdmins = <Input, Answer>(
  schema: z.ZodType<Input>,
  handle: (ports: Ports, project: string, input: Input) => Promise<Answer>,
) =>
  onCall<Input, Answer, Place>(schema, async ({ ports, place }, input) => {
    if (!(await administersProject(place.project.id))) throw new PageRefusal(ADMINS_ONLY);
    return handle(ports, place.project.id, input);
  });

export const settings = createResolver<SettingsAnswers, Place>(Place, {
  'settings.show': forAdmins(SETTINGS_CALLS['settings.show'], showSettings),
  'workflow.install': forAdmins(SETTINGS_CALLS['workflow.install'], (ports, project) =>
    installWorkflow(ports, installer, project),
  ),
  'policy.put': forAdmins(SETTINGS_CALLS['policy.put'], (ports, project, { policy }) =>
    putPolicy(ports, { project, policy }),
  ),
  'site.put': forAdmins(SETTINGS_CALLS['site.put'], (ports, project, { site }) =>
    putSite(ports, { project, site }),
  ),
  'agent.enroll': forAdmins(SETTINGS_CALLS['agent.enroll'], (ports, project, input) =>
    createEnrollment(ports, { project, ...input }),
  ),
  'agent.approve': forAdmins(SETTINGS_CALLS['agent.approve'], (ports, project, input) =>
    approveAgent(ports, { project, ...input }),
  ),
  'agent.revoke': forAdmins(SETTINGS_CALLS['agent.revoke'], (ports, project, input) =>
    revokeAgent(ports, { project, ...input }),
  ),
});
