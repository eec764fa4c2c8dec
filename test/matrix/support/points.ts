/** Named points of an agent's life: before, during and after whatever it writes down or does; at one of them it dies. */
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createJournal } from '../../../agent/journal';
import type { Journal } from '../../../agent/ports/journal';
import { IDLE } from './boundaries';
import type { Boundary } from './boundaries';

/** How long what the agent asked for is under way before it dies in its middle. */
const MIDDLE_MILLISECONDS = 15;

/** What stands before the name of a call that has points, where a life tells of it. */
export const OFFERED = 'offered: ';

export interface Points {
  /** What the points from now on belong to. */
  stage: string;
  /** The port with a point before and after each call that is not idle; `effects`: those with one in their middle. */
  around<Port extends object>(port: Port, name: Boundary, effects?: 'all' | keyof Port): Port;
  /** The journal with a point on both sides of each commit that changes something. */
  journal(database: DatabaseSync): Journal;
}

export interface Passing {
  /** Whether the agent dies at the next point if it has this name. */
  readonly isDeadly: (point: string) => boolean;
  /** Is told of each point, and may not return. */
  readonly reach: (point: string) => void;
  /** Is told which calls have points. */
  readonly offer: (call: string) => void;
}

/** Points that belong to `stage` until a claim says otherwise. */
export function createPoints(stage: string, { isDeadly, reach, offer }: Passing): Points {
  const counts = new Map<string, number>();
  const named = (name: string): string => {
    const whole = `${points.stage} ${name}`;
    const count = (counts.get(whole) ?? 0) + 1;
    counts.set(whole, count);
    return `${whole} #${String(count)}`;
  };
  const offerAll = (port: object, name: Boundary): void => {
    for (const [call, member] of Object.entries(port)) {
      if (typeof member === 'function' && !isIdle(name, call)) offer(`${name}.${call}`);
    }
  };

  const points: Points = {
    stage,
    around: (port, name, effects) => {
      offerAll(port, name);
      return new Proxy(port, {
        get: (of, call, receiver) => {
          const member: unknown = Reflect.get(of, call, receiver);
          if (typeof member !== 'function' || isIdle(name, String(call))) return member;
          const isEffect = effects === 'all' || effects === call;
          return async (...words: unknown[]) => {
            const what = `${name}.${String(call)}${wordsOf(words)}`;
            reach(named(`${what} before`));
            const middle = isEffect ? named(`${what} during`) : undefined;
            const answering: Promise<unknown> = Promise.resolve(Reflect.apply(member, of, words));
            if (middle !== undefined) {
              if (isDeadly(middle)) await Promise.race([answering, sleep(MIDDLE_MILLISECONDS)]);
              reach(middle);
            }
            const answer = await answering;
            reach(named(`${what} after`));
            return answer;
          };
        },
      });
    },
    journal: (database) => {
      let what = '';
      const aroundCommits = commitsOf(database, (side) => {
        reach(named(`${what} ${side}`));
      });
      const journal = createJournal(aroundCommits);
      offerAll(journal, 'journal');
      return new Proxy(journal, {
        get: (of, call, receiver) => {
          const member: unknown = Reflect.get(of, call, receiver);
          if (typeof member !== 'function') return member;
          return (...words: unknown[]): unknown => {
            // A call of the journal has written everything before it returns.
            what = `journal.${String(call)}${wordsOf(words)}`;
            return Reflect.apply(member, of, words);
          };
        },
      });
    },
  };
  return points;
}

const isIdle = (name: Boundary, call: string): boolean => new Set<string>(IDLE[name]).has(call);

/** The database, whose commits are told on both sides if they change a row. */
function commitsOf(database: DatabaseSync, tell: (side: 'before' | 'after') => void): DatabaseSync {
  const total = database.prepare('SELECT total_changes() AS changes');
  const changes = (): number => Changes.parse(total.get()).changes;
  let began = 0;
  return new Proxy(database, {
    get: (of, call) => {
      const member: unknown = Reflect.get(of, call, of);
      if (typeof member !== 'function') return member;
      if (call !== 'exec') return member.bind(of) as unknown;
      return (sql: string): void => {
        const writes = sql === 'COMMIT' && changes() > began;
        if (sql.startsWith('BEGIN')) began = changes();
        if (writes) tell('before');
        of.exec(sql);
        if (writes) tell('after');
      };
    },
  });
}

const Changes = z.object({ changes: z.number() });

/**
 * What SQL does, in its first words, or which act an intent means; each point has a database of its own, so its name
 * is no part of them.
 */
function wordsOf([first]: readonly unknown[]): string {
  const intent = Intent.safeParse(first);
  if (intent.success) return ` ${intent.data.act}`;
  if (typeof first !== 'string' || !/^[A-Z]+\b/.test(first)) return '';
  const text = first.replaceAll(/[`"][^`"]*[`"]\./g, '');
  return ` ${text
    .split(/[\s(]+/)
    .slice(0, 3)
    .join(' ')}`;
}

const Intent = z.object({ act: z.string() });
