/**
 * Whether two copies of one agent are alive. Each start of an agent draws a random word, its boot. A restart is a
 * boot that nobody has seen, after which the former one is silent for ever; what is still on its way from a former
 * one changes nothing. Nor does the first message of a start, until a second one shows that it lives: the first may
 * come late, from one that died when it had sent it. An agent says with each sign of life which time of the app's it has heard last: a former boot
 * that has heard a time after its successor was seen was alive beside it. Not seen: two machines that went on from
 * one snapshot of a running agent, whose boot is the same; fences and sequence numbers keep those apart.
 */

export interface FormerBoot {
  readonly boot: string;
  /** When its successor was seen, by the app's clock, in epoch seconds. */
  readonly until: number;
}

export interface BootsSeen {
  readonly boot: string | null;
  /** When it was seen first, by the app's clock, in epoch seconds; absent in records from before that was noted. */
  readonly bootSeenAt?: number | undefined;
  /** The latest first. */
  readonly formerBoots: readonly FormerBoot[];
  /** A start that lives and is told to wait, for too many came before it; null or absent where none does. */
  readonly waitingBoot?: WaitingBoot | null | undefined;
}

export interface WaitingBoot {
  readonly boot: string;
  /** When it was told so, by the app's clock, in epoch seconds. */
  readonly since: number;
}

export interface SignOfBoot {
  readonly boot: string;
  /** The newest time of the app's that it has heard; agents of 0.1 do not say. */
  readonly heard: number | undefined;
  /** By the clock of whoever signed: up to `skewSeconds` off before it has heard the app's. */
  readonly signedAt: number;
  readonly skewSeconds: number;
}

/** `late` says nothing new: a message of a boot that has ended since, or has yet to show that it lives. */
export type BootSighting = 'same' | 'new' | 'late' | 'second-life';

/**
 * How many former boots are remembered, and how long none is forgotten: many times as long as a living agent is silent, so that
 * nobody pushes its boot out by boots of his own before it is heard again.
 */
const FORMER_MAX = 40;
const FORMER_KEPT_SECONDS = 900;

/** The app answers from several machines, whose clocks are a little apart. */
const CLOCKS_APART_SECONDS = 5;

/** What a message's boot tells of the agent. */
export function judgeBoot(seen: BootsSeen, sign: SignOfBoot): BootSighting {
  if (sign.boot === seen.boot) return hasCompany(seen, sign) ? 'second-life' : 'same';
  const former = seen.formerBoots.find(({ boot }) => boot === sign.boot);
  if (!former) return isAlive(seen, sign) ? 'new' : 'late';
  const wasAlive =
    sign.heard === undefined
      ? sign.signedAt > former.until + sign.skewSeconds
      : sign.heard > former.until + CLOCKS_APART_SECONDS;
  return wasAlive ? 'second-life' : 'late';
}

/** It has heard the app since the boot that is known was seen; agents of 0.1, and claims of 0.2, do not say. */
const isAlive = ({ boot, bootSeenAt = 0 }: BootsSeen, { heard }: SignOfBoot): boolean =>
  boot === null || heard === undefined || heard > bootSeenAt + CLOCKS_APART_SECONDS;

/** It has heard the app since another start was told to wait, which had shown that it lives. */
const hasCompany = ({ waitingBoot }: BootsSeen, { heard = 0 }: SignOfBoot): boolean =>
  waitingBoot ? heard > waitingBoot.since + CLOCKS_APART_SECONDS : false;

/** For how many seconds no new boot is taken in: as long as that would make the app forget one too early. */
export function secondsUntilRoom({ boot, formerBoots }: BootsSeen, now: number): number {
  const oldest = formerBoots[FORMER_MAX - 1];
  if (boot === null || !oldest) return 0;
  return Math.max(0, oldest.until + FORMER_KEPT_SECONDS - now);
}

/** The boots after a new one was seen. */
export const afterBoot = (
  seen: BootsSeen,
  boot: string,
  now: number,
): {
  readonly boot: string;
  readonly bootSeenAt: number;
  readonly formerBoots: FormerBoot[];
  readonly waitingBoot: null;
} => ({
  boot,
  bootSeenAt: now,
  waitingBoot: null,
  formerBoots: [
    ...(seen.boot === null ? [] : [{ boot: seen.boot, until: now }]),
    ...seen.formerBoots,
  ].slice(0, FORMER_MAX),
});
