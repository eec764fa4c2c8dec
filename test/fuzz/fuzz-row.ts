/** What became of many inputs of one kind. */
import type { AgentRequest } from '#app/agent-message';

export interface FuzzRow {
  readonly kind: string;
  readonly inputs: number;
  /** How often each status was answered. */
  readonly answers: Readonly<Record<string, number>>;
  /** Crashes, answers with 5xx, strangers who were told more than the one 401, rows that changed. */
  readonly findings: readonly string[];
}

export interface Answer {
  readonly status: number;
  /** As JSON, without the time. */
  readonly body: string;
}

/** What a stranger is told, without the time. */
const STRANGER =
  '{"type":"urn:interlock:problem:unauthorized","title":"The message is not from an agent of this installation.",' +
  '"status":401,"error":"unauthorized","now":0}';

/** The time apart, answers to strangers are the same byte for byte. */
export const timeless = (body: string): string => body.replace(/"now":\d+/, '"now":0');

/** Knocks with each, some at a time. `strangers`: nobody may learn more than that he is one. */
export async function knockWith(
  kind: string,
  requests: Iterable<AgentRequest>,
  knock: (request: AgentRequest) => Promise<Answer>,
  { strangers, atOnce = 1 }: { readonly strangers: boolean; readonly atOnce?: number },
): Promise<FuzzRow> {
  const answers: Record<string, number> = {};
  const findings: string[] = [];
  let inputs = 0;
  const knockOnce = async (request: AgentRequest): Promise<void> => {
    inputs += 1;
    const { status, body } = await knock(request).catch((cause: unknown): Answer => ({
      status: 599,
      body: String(cause),
    }));
    answers[status] = (answers[status] ?? 0) + 1;
    // Forge answers 424 where a function has crashed.
    const isCrash = status >= 500 || status === 424;
    const isOpen = strangers && (status !== 401 || body !== STRANGER);
    if (isCrash || isOpen)
      findings.push(`${JSON.stringify(request)} was answered ${status} ${body}`);
  };
  const left = requests[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next())
      await knockOnce(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { kind, inputs, answers, findings };
}

/** Rows of a store that are there, or look other, only before or only after. */
export const changedRows = (
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((row) => JSON.stringify(before.get(row)) !== JSON.stringify(after.get(row)))
    .map((row) => `The store's row ${row} has changed.`);
