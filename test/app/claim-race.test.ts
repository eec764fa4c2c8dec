/** Many agents want the same job at the same moment: H11. */
import { expect, test } from '@jest/globals';
import type { ClaimAnswer } from '#wire/agent';
import { answerAs } from '../support/answer-as';
import { LEADER, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld, enrollAgent } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { createChance } from '../simulation/chance';

const AGENTS = 12;
const JOBS = 1_000;

test('each of 1,000 jobs that 12 agents claim at once has one winner, and everybody else is told that it is taken', async () => {
  const world = await aReleaseWorld();
  const agents = [world.agent];
  while (agents.length < AGENTS) agents.push(await enrollAgent(world.ports));
  const release = { issueId: world.issue.id, accountId: LEADER };
  const chance = createChance(1);
  const wins = new Map<string, number>();
  const ends = new Map<string, number>();

  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  for (let races = 1; races <= JOBS; races += 1) {
    const job = await jobOf(world);
    // Each claims after so many turns of the others as chance wants.
    const answers = await Promise.all(
      agents.map(async (agent) => {
        for (let turns = chance.below(30); turns > 0; turns -= 1) await Promise.resolve();
        const data = { requestId: `race-${races}` };
        return { agent, ...(await agent.call({ op: 'claim', job, data })) };
      }),
    );
    const [winner, ...more] = answers.filter(({ status }) => status === 200);
    if (!winner || more.length > 0) throw new Error(`${job} has ${winner ? 'two' : 'no'} winners.`);
    for (const { status } of answers) ends.set(String(status), (ends.get(String(status)) ?? 0) + 1);
    wins.set(winner.agent.agentId, (wins.get(winner.agent.agentId) ?? 0) + 1);
    const stored = await world.ports.memory.get('job', job);
    expect(stored).toMatchObject({ agent: winner.agent.agentId, agents: { length: AGENTS } });

    const { fence, lastSeq } = winner.body as ClaimAnswer;
    const data = { outcome: { kind: 'unknown', question: 'Does web1 serve 1.0.0?' } };
    const over = await winner.agent.call({ op: 'finish', job, fence, seq: lastSeq + 1, data });
    expect(over.status).toBe(200);
    await answerAs(world.ports, { ...release, answer: 'retry' });
    if (races % 20 === 0) await world.ports.drain();
  }

  expect(Object.fromEntries(ends)).toEqual({ 200: JOBS, 409: JOBS * (AGENTS - 1) });
  // A race that one agent always wins is none.
  expect(wins.size).toBe(AGENTS);
}, 300_000);

const jobOf = async (world: ReleaseWorld): Promise<string> => {
  const job = (await world.record()).state.run?.job;
  if (job === undefined) throw new Error('No job waits.');
  return job;
};
