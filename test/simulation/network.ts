/** The way between an agent and the app: requests and answers get lost, come twice, late, or changed. */
import type { Envelope } from '#wire/agent';
import { CLOCK_SKEW_MAX_SECONDS, HEADER_TIMESTAMP } from '#wire/signature';
import type { Exchange, RawAnswer, SignedMessage } from '../../agent/app-client';
import { asIfSigned } from './attacker';
import type { Attacker } from './attacker';
import { CANARY } from './cast';
import { FUNCTIONS } from './functions';
import type { Functions } from './functions';
import { createLife, kill } from './scheduler';
import type { Life } from './scheduler';
import { requestOf } from './signed-request';
import type { Sim } from './sim';
import type { KeyWatch } from './watch-keys';
import type { WireWatch } from './wire-watch';

/** The agent gives a call up after so long, as agent.yml's limits say. */
const TOTAL_MILLISECONDS = 60_000;

/** Keeps a message that somebody on the way has read. */
export interface Wiretap {
  heard: SignedMessage | undefined;
  /** The last one with lines of a log. */
  heardLog: SignedMessage | undefined;
}

/** What lies between agents and the app. */
interface Way {
  readonly functions: Functions;
  readonly attacker: Attacker;
  readonly keys: KeyWatch;
  readonly watch: Required<WireWatch>;
  readonly tap: Wiretap;
}

/** The web trigger as one start of an agent reaches it. */
export function exchangeFor(
  sim: Sim,
  life: Life,
  { functions, attacker, keys, watch, tap }: Way,
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

  const isFresh = ({ headers }: SignedMessage): boolean =>
    Math.abs(sim.scheduler.now() / 1_000 - Number(headers[HEADER_TIMESTAMP])) <
    CLOCK_SKEW_MAX_SECONDS - 1;

  const arrive = async (message: SignedMessage, envelope: Envelope): Promise<RawAnswer> => {
    const request = requestOf(message.headers, message.body);
    const stranger = keys.strangerBy(envelope);
    const isExpected = keys.isGood(envelope) && isFresh(message);
    const end =
      stranger === undefined
        ? await FUNCTIONS.agent(functions, request, envelope)
        : await FUNCTIONS.stranger(functions, request, envelope, stranger);
    watch.handled(envelope, end.kind === 'answered' ? end.answer.status : undefined);
    if (end.kind !== 'answered') return { kind: 'answered', status: 500, body: 'no answer' };
    const { status, body } = end.answer;
    if (status === 401 && isExpected && keys.isGood(envelope))
      sim.violated('keys', `${envelope.op} of ${life.name} was refused, and its key is good.`);
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
        if (envelope.op === 'log') tap.heardLog = message;
        if (message.body.includes(CANARY))
          sim.violated('I17', `A secret left the agent in ${envelope.op}.`);
        if (sim.strikes('agent-crashes-at-call'))
          sim.scheduler.after(life, sim.chance.between(0, 5), 'dies of a call', () => kill(life));
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
