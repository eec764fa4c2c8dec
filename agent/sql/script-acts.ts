/** What was run in a database, as entries tell it for the audit: in runs of statements, by the ledger there. */
import type { AgentAct } from '#wire/agent';
import type { LedgerRow } from './database';

/** Acts that the next entry of a script tells. */
export interface UntoldActs {
  /** Statements that were run are done. */
  ran(row: Ran): void;
  /** A statement that ended otherwise. */
  ended(row: Ran, result: 'failed' | 'unknown'): void;
  /** A statement whose end the session did not live to tell: the ledger does, if there is another look. */
  doubted(row: Ran): void;
  /** There is no other look. */
  giveUp(): void;
  /** What the ledger shows of this job, from before this session or from an earlier claim. */
  found(rows: readonly LedgerRow[]): void;
  isWaiting(): boolean;
  /** Hands over what is untold, at most so much at a time. */
  take(max: number): readonly AgentAct[];
}

type Ran = Pick<LedgerRow, 'number' | 'fence' | 'scriptDigest'>;

/** Statements one after the other under one claim are one act, however many they are. */
export function collectActs(): UntoldActs {
  let untold: AgentAct[] = [];
  let doubt: Ran | undefined;
  const add = (row: Ran, found: boolean): void => {
    const last = untold.at(-1);
    const follows =
      last?.result === 'done' &&
      last.fence === row.fence &&
      last.last === row.number - 1 &&
      (last.found ?? false) === found;
    if (follows) untold = [...untold.slice(0, -1), { ...last, last: row.number }];
    else untold.push({ ...actOf(row, 'done'), ...(found && { found }) });
  };
  return {
    ran: (row) => add(row, false),
    ended: (row, result) => {
      doubt = undefined;
      untold.push(actOf(row, result));
    },
    doubted: (row) => {
      doubt = row;
    },
    giveUp: () => {
      if (doubt) untold.push(actOf(doubt, 'unknown'));
      doubt = undefined;
    },
    found: (rows) => {
      doubt = undefined;
      for (const row of rows) add(row, true);
    },
    isWaiting: () => untold.length > 0,
    take: (max) => untold.splice(0, max),
  };
}

const actOf = ({ number, fence, scriptDigest }: Ran, result: AgentAct['result']): AgentAct => ({
  what: 'statement',
  result,
  fence,
  of: scriptDigest,
  first: number,
  last: number,
});
