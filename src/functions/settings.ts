/** What the project settings ask; each call checks anew what Jira lets the person do. */
import { z } from 'zod';
import { installWorkflow } from '#app/install-workflow';
import { approveAgent, createEnrollment, revokeAgent } from '#app/manage-agents';
import { putPolicy, putSite, showSettings } from '#app/manage-settings';
import type { Ports } from '#app/ports';
import { installer } from '#forge/installer';
import { administersProject, managesReleases } from '#forge/project-admin';
import { createResolver, onCall, PageRefusal } from '#forge/resolver';
import type { Caller } from '#forge/resolver';
import { SETTINGS_CALLS } from '#wire/page';
import type { SettingsAnswers } from '#wire/page';

/** Where Jira says that the page stands. */
const Place = z.object({ project: z.object({ id: z.coerce.string() }) });
type Place = z.infer<typeof Place>;

const ADMINS_ONLY =
  'Release control is set up by people with the permission Administer projects; ask one of them.';
const MANAGERS_ONLY =
  'Policy, sites and agents are written by people with the permission Manage release control; installing the release workflow gives it to those who administer the project, and Jira’s permission schemes to others.';

/** A call for people whom Jira lets do it; asked anew for each call. */
const callFor =
  (isAllowed: (project: string) => Promise<boolean>, sentence: string) =>
  <Input, Answer>(
    schema: z.ZodType<Input>,
    handle: (ports: Ports, project: string, input: Input) => Promise<Answer>,
  ) => {
    const refusePerson = async ({ place }: Caller<Place>): Promise<string | null> =>
      (await isAllowed(place.project.id)) ? null : sentence;
    return onCall<Input, Answer, Place>(
      schema,
      async (caller, input) => {
        const refusal = await refusePerson(caller);
        if (refusal !== null) throw new PageRefusal(refusal);
        return handle(caller.ports, caller.place.project.id, input);
      },
      refusePerson,
    );
  };

/** To look, and to install what grants the permission of managers. */
const forAdmins = callFor(administersProject, ADMINS_ONLY);
const forManagers = callFor(managesReleases, MANAGERS_ONLY);

export const settings = createResolver<SettingsAnswers, Place>(Place, {
  'settings.show': forAdmins(SETTINGS_CALLS['settings.show'], showSettings),
  'workflow.install': forAdmins(SETTINGS_CALLS['workflow.install'], (ports, project) =>
    installWorkflow(ports, installer, project),
  ),
  'policy.put': forManagers(SETTINGS_CALLS['policy.put'], (ports, project, { policy }) =>
    putPolicy(ports, { project, policy }),
  ),
  'site.put': forManagers(SETTINGS_CALLS['site.put'], (ports, project, { site }) =>
    putSite(ports, { project, site }),
  ),
  'agent.enroll': forManagers(SETTINGS_CALLS['agent.enroll'], (ports, project, input) =>
    createEnrollment(ports, { project, ...input }),
  ),
  'agent.approve': forManagers(SETTINGS_CALLS['agent.approve'], (ports, project, input) =>
    approveAgent(ports, { project, ...input }),
  ),
  'agent.revoke': forManagers(SETTINGS_CALLS['agent.revoke'], (ports, project, input) =>
    revokeAgent(ports, { project, ...input }),
  ),
});
