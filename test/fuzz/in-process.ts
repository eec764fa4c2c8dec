/** The agent's trigger, called as a function: the real handlers over a store in memory. */
import type { AgentRequest } from '#app/agent-message';
import { handleAgentCall } from '#app/handle-agent';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import {
  genuineMessages,
  sharesOf,
  signedNonsense,
  spoiledMessages,
  unsignedEnvelopes,
} from './agent-inputs';
import { changedRows, knockWith, timeless } from './fuzz-row';
import type { Answer, FuzzRow } from './fuzz-row';

/** So many inputs, spread over three kinds, with an agent that holds a job. */
export async function fuzzInProcess(inputs: number): Promise<readonly FuzzRow[]> {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  const { ports, agent } = world;
  const voice = { ...agent, audience: ports.audience };
  const genuine = genuineMessages(voice, await world.claim());
  const shares = sharesOf(inputs);
  const knock = async (request: AgentRequest): Promise<Answer> => {
    const { status, body } = await handleAgentCall(ports, request);
    return { status, body: timeless(JSON.stringify(body)) };
  };

  const before = new Map(ports.memory.rows);
  ports.resetCost();
  const spoiled = await knockWith(
    'messages with bytes changed',
    spoiledMessages(genuine, shares.spoiled),
    knock,
    { strangers: true },
  );
  const anything = await knockWith(
    'envelopes of anything, not signed',
    unsignedEnvelopes(genuine, shares.anything),
    knock,
    { strangers: true },
  );
  const { writes } = ports.cost;
  const written = [
    ...changedRows(before, ports.memory.rows),
    ...(writes > 0 ? [`Strangers made the app write ${writes} times.`] : []),
  ];
  const signed = await knockWith(
    'well signed nonsense',
    signedNonsense(voice, genuine, shares.signed, () => ports.clock.now()),
    knock,
    { strangers: false },
  );
  return [
    spoiled,
    { ...anything, findings: [...anything.findings, ...written] },
    { ...signed, findings: [...signed.findings, ...ports.warnings] },
  ];
}
