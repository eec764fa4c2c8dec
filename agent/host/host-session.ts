/** A host's acts through its helper: one command each, and the helper is brought where it is missing. */
import { Readable } from 'node:stream';
import {
  activateRelease,
  HELPER_ABSENT,
  installHelper,
  reactivateRelease,
  readState,
  stageRelease,
  startRelease,
} from '../commands/host-helper';
import type { Command } from '../commands/quote';
import type { HostAnswer, HostSession } from '../ports/hosts';
import type { Input, RunResult, Transport } from '../transports/transport';
import { parseFacts } from './host-facts';
import { HOST_REFUSALS, SUPERSEDED } from './refusals';

export interface Helper {
  readonly text: string;
  /** SHA-256 of the text: its name on hosts. */
  readonly digest: string;
}

export interface SessionOptions {
  readonly helper: Helper;
  /** The host's name and address, for sentences. */
  readonly name: string;
  readonly actSeconds: number;
  /** How many releases stay on the host, the newest first; what is or was in use stays in any case. */
  readonly releasesKept: number;
}

/** Speaks to a host over a transport that is connected to it. */
export function openSession(transport: Transport, options: SessionOptions): HostSession {
  const { helper } = options;

  const perform = async (
    basePath: string,
    command: Command,
    input?: Input,
  ): Promise<HostAnswer> => {
    const run = { seconds: options.actSeconds, ...(input && { input }) };
    const first = await transport.run(command, run);
    if (first.kind === 'lost' || first.exitCode !== HELPER_ABSENT) return answerOf(first, options);

    const installed = await transport.run(installHelper(basePath, helper.digest), {
      seconds: options.actSeconds,
      input: { read: () => Readable.from([Buffer.from(helper.text)]) },
    });
    if (installed.kind === 'exited' && installed.exitCode === 0) {
      return answerOf(await transport.run(command, run), options);
    }
    return notInstalled(installed, basePath, options);
  };

  return {
    state: (basePath, fence, healthy) =>
      perform(basePath, readState(basePath, helper.digest, fence, healthy)),
    stage: (order, artifact) =>
      perform(order.basePath, stageRelease(order, helper.digest, artifact, options.releasesKept), {
        afterLine: 'send',
        read: () => artifact.read(),
      }),
    activate: (order, former) =>
      perform(order.basePath, activateRelease(order, helper.digest, former)),
    reactivate: (order) => perform(order.basePath, reactivateRelease(order, helper.digest)),
    start: (order, start) => perform(order.basePath, startRelease(order, helper.digest, start)),
    close: () => transport.close(),
  };
}

function answerOf(result: RunResult, { name }: SessionOptions): HostAnswer {
  if (result.kind === 'lost') {
    return { kind: 'lost', sentence: `Host ${name} gave no answer: ${result.sentence}.` };
  }
  const { exitCode, stdout, stderr } = result;
  const said = lastLine(stderr);
  if (exitCode === SUPERSEDED) return superseded(`Host ${name}: ${said}`);
  if (exitCode === 0) {
    const facts = parseFacts(stdout);
    return facts ? { kind: 'done', facts } : strange(name, 'an answer that cannot be read');
  }
  const refusal = HOST_REFUSALS[exitCode];
  if (!refusal) return strange(name, `exit code ${exitCode}: ${said}`);
  const sentence = `Host ${name}: ${said} ${refusal.remedy}`;
  return { kind: 'refused', failure: { class: refusal.class, sentence } };
}

/** The helper says `This host has seen fence 5; fence 4 is older, …`. */
function superseded(sentence: string): HostAnswer {
  const seen = Number(/ seen fence (\d{1,15});/.exec(sentence)?.[1]);
  return { kind: 'superseded', sentence, ...(Number.isSafeInteger(seen) && { seen }) };
}

/** What only an interrupted or foreign program answers: the act may or may not have happened. */
const strange = (name: string, what: string): HostAnswer => ({
  kind: 'lost',
  sentence: `Host ${name} answered with ${what}.`,
});

/** Without the helper nothing has happened, whatever became of its installation. */
function notInstalled(result: RunResult, basePath: string, { name }: SessionOptions): HostAnswer {
  const why = result.kind === 'lost' ? result.sentence : lastLine(result.stderr);
  return {
    kind: 'refused',
    failure: {
      class: result.kind === 'lost' ? 'transport' : 'permission',
      sentence: `Host ${name} did not take Interlock's helper into ${basePath}/.interlock (${why}); give the user that directory, then retry.`,
    },
  };
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
