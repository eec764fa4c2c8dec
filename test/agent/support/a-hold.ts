/** A claimed job in an agent's hands, without the loop around it. */
import type { AgentAct } from '#wire/agent';
import type { Hold } from '../../../agent/hold';
import { takeHold } from '../../../agent/hold';
import type { Agent } from '../../../agent/ports/agent';
import type { FakeApp } from './fake-app';

/** Claims the app's job and opens it in the journal. */
export async function aHold(agent: Agent, app: FakeApp, job = '10001.9'): Promise<Hold> {
  const claimed = await app.claim(job, agent.newRequestId());
  if (claimed.kind !== 'answered') throw new Error(`The claim was ${claimed.kind}.`);
  const hold = takeHold(agent, claimed.answer, claimed.sentAt, new AbortController().signal);
  await agent.journal.beginJob(hold.ref, claimed.answer.lastSeq);
  return hold;
}

/** What the job has to tell, in order: `config-1 a done`. */
export async function toldBy(agent: Agent, hold: Hold): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (;;) {
    const message = await agent.journal.nextMessage(hold.ref.job);
    if (!message) return told;
    if (message.kind === 'report') told.push(...message.entries);
    await agent.journal.acknowledge(hold.ref.job, message.seq);
  }
}

interface Told {
  readonly step: string;
  readonly host: string;
  readonly state: string;
  readonly note: string;
  readonly acts?: readonly AgentAct[];
}
