/** The way between an agent and the app: requests and answers get lost, come twice, late, or changed. */
import type { AgentRequest } from '#app/agent-message';
import type { Envelope } from '#wire/agent';
import type { Exchange, RawAnswer, SignedMessage } from '../../agent/app-client';
import { asIfSigned } from './attacker';
import type { Attacker } from './attacker';
import { CANARY } from './cast';
import { FUNCTIONS } from './functions';
import type { Functions } from './functions';
import { createLife } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';
import type { JobWatch } from './watch-jobs';

/** The agent gives a call up after so long, as agent.yml's limits say. */
const TOTAL_MILLISECONDS = 60_000;

/** Keeps a message that somebody on the way has read. */
export interface Wiretap {
  heard: SignedMessage | undefined;
}

/** The web trigger as one start of an agent reaches it. */
export function exchangeFor(
  sim: Sim,
  life: Life,
  functions: Functions,
  isRevoked: (envelope: Envelope) => boolean,
  attacker: Attacker,
  watch: JobWatch,
  tap: Wiretap,
): Exchange {
  const wire = createLife('network');

  let cutUntil = 0;

  /** Mostly in the middle of the work. */
  const isCut = ({ op }: Envelope): boolean => {
    const isAtWork = op === 'report' || op === 'heartbeat';
    if (isAtWork && sim.strikes('agent-cut-off')) {
      sim.count('agent cut off');
      cutUntil = sim.scheduler.now() + sim.chance.between(20_000, 200_000);
    }
    return cutUntil > sim.scheduler.now();
  };

  const arrive = async (message: SignedMessage, envelope: Envelope): Promise<RawAnswer> => {
    const request = requestOf(message);
    const end = isRevoked(envelope)
      ? await FUNCTIONS.stranger(functions, request, envelope, 'a revoked agent')
      : await FUNCTIONS.agent(functions, request, envelope);
    if (end.kind !== 'answered') return { kind: 'answered', status: 500, body: 'no answer' };
    const { status, body } = end.answer;
    return { kind: 'answered', status, body: JSON.stringify(body) };
  };

  return {
    post: (message) =>
      new Promise((resolve) => {
        const sentAt = sim.scheduler.now();
        // The agent's own words, as it has just written them.
        const envelope = JSON.parse(message.body) as Envelope;
        watch.sent(envelope, message.body);
        tap.heard = message;
        if (message.body.includes(CANARY))
          sim.violated('I17', `A secret left the agent in ${envelope.op}.`);
        const giveUp = (milliseconds: number): void =>
          sim.scheduler.after(life, milliseconds, `gets no answer to ${envelope.op}`, () =>
            resolve({ kind: 'unreachable', sentence: 'no answer' }),
          );
        const transit = (): number =>
          sim.strikes('request-late')
            ? sim.chance.between(1_000, 200_000)
            : sim.chance.between(5, 80);

        if (sim.strikes('request-doubled')) {
          sim.scheduler.after(wire, transit() + 50, `carries ${envelope.op} once more`, () => {
            void arrive(message, envelope);
          });
        }
        if (sim.strikes('request-lost') || isCut(envelope)) {
          giveUp(sim.chance.between(10, TOTAL_MILLISECONDS));
          return;
        }
        sim.scheduler.after(wire, transit(), `carries ${envelope.op}`, () => {
          void arrive(message, envelope).then((plain) => {
            const back = sim.chance.between(5, 80);
            const late = sim.scheduler.now() + back - sentAt > TOTAL_MILLISECONDS;
            if (late || sim.strikes('answer-lost') || isCut(envelope)) {
              giveUp(back);
              return;
            }
            const answer = asIfSigned(sim, attacker.meddle(envelope, plain));
            sim.scheduler.after(life, back, `gets the answer to ${envelope.op}`, () => {
              if (answer.kind === 'answered') watch.answered(envelope, message.body, answer.status);
              resolve(answer);
            });
          });
        });
      }),
  };
}

const requestOf = ({ headers, body }: SignedMessage): AgentRequest => ({
  method: 'POST',
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  body,
});
