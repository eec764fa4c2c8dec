/** Named points of an agent's life: before, during and after whatever it writes down or does; at one of them it dies. */
import { setTimeout as sleep } from 'node:timers/promises';

/** How long what the agent asked for is under way before it dies in its middle. */
const MIDDLE_MILLISECONDS = 15;

export interface Points {
  /** What the points from now on belong to. */
  stage: string;
  /** The port with a point before and after each of these calls; `isEffect`: and one in its middle. */
  around<Port extends object>(
    port: Port,
    name: string,
    calls: readonly string[],
    isEffect?: boolean,
  ): Port;
}

/** `reach` is told of each point and may not return. */
export function createPoints(
  stage: string,
  isNext: (point: string) => boolean,
  reach: (point: string) => void,
): Points {
  const counts = new Map<string, number>();
  const named = (name: string): string => {
    const whole = `${points.stage} ${name}`;
    const count = (counts.get(whole) ?? 0) + 1;
    counts.set(whole, count);
    return `${whole} #${String(count)}`;
  };

  const points: Points = {
    stage,
    around: (port, name, calls, isEffect = false) =>
      new Proxy(port, {
        get: (of, call, receiver) => {
          const member: unknown = Reflect.get(of, call, receiver);
          if (typeof member !== 'function' || !calls.includes(String(call))) return member;
          return async (...words: unknown[]) => {
            const what = `${name}.${String(call)}${wordsOf(words)}`;
            reach(named(`${what} before`));
            const middle = isEffect ? named(`${what} during`) : undefined;
            const answering: Promise<unknown> = Promise.resolve(Reflect.apply(member, of, words));
            if (middle !== undefined) {
              if (isNext(middle)) await Promise.race([answering, sleep(MIDDLE_MILLISECONDS)]);
              reach(middle);
            }
            const answer = await answering;
            reach(named(`${what} after`));
            return answer;
          };
        },
      }),
  };
  return points;
}

/** What SQL does, in its first words; each point has a database of its own, so its name is no part of them. */
function wordsOf([first]: readonly unknown[]): string {
  if (typeof first !== 'string' || !/^[A-Z]+\b/.test(first)) return '';
  const text = first.replaceAll(/[`"][^`"]*[`"]\./g, '');
  return ` ${text
    .split(/[\s(]+/)
    .slice(0, 3)
    .join(' ')}`;
}
