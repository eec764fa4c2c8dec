/** Takes the app's one sentence apart: what is going on, and who may act. */
export interface NowWords {
  readonly state: string;
  /** `Start: @[a], @[b]`; undefined where nobody is named. */
  readonly who: string | undefined;
}

const WHO = /^(.*\S) ([A-Z][A-Za-z ]*: @\[[^\]]+\](?:, @\[[^\]]+\])*)\.$/s;

/** The people stand at the end, after the name of what they may do. */
export function nowWords(now: string): NowWords {
  const [, state, who] = WHO.exec(now) ?? [];
  return state === undefined || who === undefined ? { state: now, who: undefined } : { state, who };
}
