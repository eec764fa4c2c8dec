/** What was done on a host, as entries tell it for the audit: by the operations of the host's own ledger. */
import type { AgentAct } from '#wire/agent';
import type { HostStory } from './host-story';
import type { JobRef } from './ports/app';
import type { HostFacts, InstalledRelease, LedgerLine } from './ports/hosts';
import type { HostAct } from './ports/journal';

/** An act that was meant on a host. */
interface MeantAct {
  readonly act: HostAct;
  readonly fence: number;
  readonly release: InstalledRelease;
}

/** How the act ended that the host was just asked for; `facts` are its answer. */
export function ownAct(
  { hold, step }: HostStory,
  { act, fence, release }: MeantAct,
  end: Exclude<AgentAct['result'], 'done'> | { readonly facts: HostFacts },
): AgentAct {
  const what = operationOf(act, step.stage);
  const { digest, version } = release;
  const line = { operation: what, job: hold.ref.job, fence, digest, version };
  const result = typeof end === 'string' ? end : isInLedger(end.facts, line) ? 'done' : 'unknown';
  return { what, result, fence, of: `${version} ${digest}` };
}

/** How an act of an earlier life ended: as the host's ledger says, else nobody knows what the host's looks are owed to. */
export function settledAct(
  story: HostStory,
  meant: MeantAct,
  facts: HostFacts,
  happened: boolean,
): AgentAct {
  const seen = ownAct(story, meant, { facts });
  return {
    ...seen,
    result: seen.result === 'done' || happened ? seen.result : 'not-done',
    found: true,
  };
}

/** What earlier claims of the job did there: an agent that died told it to nobody. */
export const earlierActs = (
  { ref }: { readonly ref: JobRef },
  { ledger = [] }: Pick<HostFacts, 'ledger'>,
): AgentAct[] =>
  ledger
    .filter(({ job, fence }) => job === ref.job && fence < ref.fence)
    .map(({ operation, fence, digest, version }) => ({
      what: operation,
      result: 'done',
      fence,
      of: `${version} ${digest}`,
      found: true,
    }));

/** A host that shows no ledger is believed. */
const isInLedger = ({ ledger }: HostFacts, line: LedgerLine): boolean =>
  ledger?.some(
    ({ operation, job, fence, digest }) =>
      operation === line.operation &&
      job === line.job &&
      fence === line.fence &&
      digest === line.digest,
  ) ?? true;

/** A way back is an operation of its own; what is started then is started as ever. */
function operationOf(act: HostAct, stage: HostStory['step']['stage']): LedgerLine['operation'] {
  switch (act) {
    case 'stage':
      return 'stage';
    case 'activate':
      return stage === 'ROLLBACK' ? 'reactivate' : 'activate';
    case 'return-activate':
      return 'reactivate';
    case 'start':
    case 'return-start':
      return 'start';
  }
}
