/** An agent's enrollment: the code, the command, the admin's look at the fingerprint. */
import { approveAgent, createEnrollment } from '#app/manage-agents';
import type { Ports } from '#app/ports';
import { enroll } from '../../../agent/app-client';
import type { Sender } from '../../../agent/app-client';
import type { Identity } from '../../../agent/ports/agent';
import { PROJECT } from '../../support/release-world';

/** Whoever installs an agent types the command again when it could not reach the app. */
export async function letIn(ports: Ports, sender: Sender): Promise<Identity> {
  const wanted = { project: PROJECT, name: 'A', environments: ['SIT'] };
  const { code } = await createEnrollment(ports, wanted);
  for (;;) {
    const enrolled = await enroll(sender, code, 'A');
    if (enrolled.kind === 'refused') throw new Error(enrolled.message);
    if (enrolled.kind === 'unreachable') continue;
    const { agent, fingerprint } = enrolled.answer;
    await approveAgent(ports, { project: PROJECT, agentId: agent, fingerprint });
    return enrolled.answer;
  }
}
