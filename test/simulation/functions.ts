/** Forge's side of the app: each function is one invocation with ports of its own, and may be killed at any wait. */
import { answerUnknown } from '#app/answer-unknown';
import { applyTransition } from '#app/apply-transition';
import type { Click } from '#app/apply-transition';
import { checkTransition } from '#app/check-transition';
import type { TransitionAnswer, TransitionQuestion } from '#app/check-transition';
import { editContent } from '#app/edit-content';
import { exportAudit } from '#app/export-audit';
import { getText } from '#app/get-text';
import { glanceRelease } from '#app/glance-release';
import { handleAgentCall } from '#app/handle-agent';
import type { AgentAnswer } from '#app/agent-answer';
import type { AgentRequest } from '#app/agent-message';
import type { Ports, Task } from '#app/ports';
import { showSettings } from '#app/manage-settings';
import { putText } from '#app/put-text';
import { recheck } from '#app/recheck';
import { reconcile } from '#app/reconcile';
import { refreshProject } from '#app/refresh-project';
import { reviewScript } from '#app/review-script';
import { showLog } from '#app/show-log';
import { showRelease } from '#app/show-release';
import { sweep } from '#app/sweep';
import type { Envelope } from '#wire/agent';
import type { Outcome } from '#wire/page';
import { workOutbox, WORKING_SECONDS } from '#app/work-outbox';
import { PROJECT } from './cast';
import { checkRefused, checkUnknown, sealedPorts } from './door-watch';
import { isForeseen } from './failures';
import { countOf } from './handlers';
import type { Handler } from './handlers';
import { createLife, kill } from './scheduler';
import type { Life } from './scheduler';
import { withShortOverlap } from './short-overlap';
import type { Sim } from './sim';
import {
  portsForAudit,
  portsForCall,
  portsForClick,
  portsForSweep,
  portsForWork,
} from './switched-off';

export type Invocation<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** Killed by time or by chance: whoever called learns nothing. */
  | { readonly kind: 'killed' };

export interface Functions {
  readonly sim: Sim;
  /** Calls a handler; `a look`: what the simulation itself asks the app's code. */
  invoke<Answer>(
    name: Handler | 'a look',
    work: (ports: Ports) => Promise<Answer>,
    timeoutSeconds?: number,
  ): Promise<Invocation<Answer>>;
}

/** What Forge gives a function, unless the manifest says otherwise. */
const TIMEOUT_SECONDS = 25;

/** A function that is to be killed dies at one of so many waits. */
const WAITS_BEFORE_DEATH = 40;

export function createFunctions(sim: Sim, portsOf: (life: Life) => Ports): Functions {
  let count = 0;
  return {
    sim,
    invoke: (name, work, timeoutSeconds = TIMEOUT_SECONDS) => {
      count += 1;
      if (name !== 'a look') sim.count(countOf(name));
      const doomed = sim.strikes('function-killed');
      const life = createLife(
        `${name}#${count}`,
        doomed ? sim.chance.below(WAITS_BEFORE_DEATH) : Infinity,
      );
      return new Promise((resolve) => {
        life.onDeath.push(() => {
          sim.count('function killed');
          resolve({ kind: 'killed' });
        });
        sim.scheduler.after(life, timeoutSeconds * 1_000, 'runs out of time', () => kill(life));
        work(portsOf(life)).then(
          (answer) => {
            life.alive = false;
            resolve({ kind: 'answered', answer });
          },
          (error: unknown) => {
            life.alive = false;
            if (!isForeseen(error)) sim.violated('exception', `${name} threw ${String(error)}`);
            resolve({ kind: 'threw', error });
          },
        );
      });
    },
  };
}

/** A call that must succeed, in calm weather. */
export async function must<Answer>(
  functions: Functions,
  handler: Handler,
  work: (ports: Ports) => Promise<Answer>,
): Promise<Answer> {
  const end = await functions.invoke(handler, work);
  if (end.kind === 'answered') return end.answer;
  throw new Error(`The set-up failed: ${end.kind === 'threw' ? String(end.error) : end.kind}`);
}

/** A setting that must be taken. */
export async function mustDo(
  functions: Functions,
  handler: Handler,
  work: (ports: Ports) => Promise<Outcome>,
): Promise<void> {
  const outcome = await must(functions, handler, work);
  if (outcome.kind === 'refused') throw new Error(`The set-up was refused: ${outcome.sentence}`);
}

const portsOfCall = (sim: Sim, ports: Ports, envelope: Envelope): Ports =>
  portsForCall(sim, envelope.op === 'add-key' ? withShortOverlap(sim, ports) : ports, envelope);

/** A call that may change nothing, whatever it is answered. */
const sealedCall =
  (check: typeof checkUnknown) =>
  (
    functions: Functions,
    request: AgentRequest,
    envelope: Envelope,
    who: string,
  ): Promise<Invocation<AgentAnswer>> =>
    functions.invoke(`answer-agent ${envelope.op}`, async (ports) => {
      const sealed = portsOfCall(functions.sim, sealedPorts(functions.sim, ports, who), envelope);
      const answer = await handleAgentCall(sealed, request);
      check(functions.sim, answer, who);
      return answer;
    });

/** What src/functions/ does around the use cases, without Forge. */
export const FUNCTIONS = {
  agent: (
    functions: Functions,
    request: AgentRequest,
    envelope: Envelope,
  ): Promise<Invocation<AgentAnswer>> =>
    functions.invoke(`answer-agent ${envelope.op}`, (ports) =>
      handleAgentCall(portsOfCall(functions.sim, ports, envelope), request),
    ),

  /** A call of somebody who is no agent of this installation. */
  stranger: sealedCall(checkUnknown),

  /** A call of somebody with a good key, and a boot of its own; `guarded`: who looks at what it writes. */
  copy: (
    functions: Functions,
    request: AgentRequest,
    envelope: Envelope,
    guarded: (ports: Ports) => Ports,
  ): Promise<Invocation<AgentAnswer>> =>
    functions.invoke(`answer-agent ${envelope.op}`, (ports) =>
      handleAgentCall(guarded(portsOfCall(functions.sim, ports, envelope)), request),
    ),

  /** A call of somebody with a good key, for what nobody gets with it. */
  usurper: sealedCall(checkRefused),

  validate: async (
    functions: Functions,
    question: TransitionQuestion,
  ): Promise<TransitionAnswer> => {
    const end = await functions.invoke('validate-transition', (ports) =>
      checkTransition(portsForClick(functions.sim, ports), question),
    );
    if (end.kind === 'answered') return end.answer;
    return { allowed: false, sentence: 'Interlock could not check this transition.' };
  },

  recordClick: (functions: Functions, click: Click): Promise<Invocation<void>> =>
    functions.invoke('after-transition', (ports) =>
      applyTransition(portsForClick(functions.sim, ports), click),
    ),

  /** `updated`: the event says that the status or the project changed. */
  issueChanged: (
    functions: Functions,
    issue: { readonly id: string; readonly project: string; readonly issueTypeId: string },
    what: 'created' | 'updated' | 'deleted',
  ): Promise<Invocation<void>> =>
    functions.invoke(`compare-issue ${what}`, async (ports) => {
      if (what !== 'created' && functions.sim.isOff('reconciler')) return;
      const isOurs =
        what !== 'updated'
          ? (await ports.store.get('policy', issue.project))?.workflow?.issueTypeId ===
            issue.issueTypeId
          : (await ports.store.get('release', issue.id)) !== undefined;
      if (isOurs) await reconcile(ports, issue.id);
    }),

  work: (functions: Functions, task: Task): Promise<Invocation<void>> =>
    functions.invoke(
      `do-work ${task.type}`,
      async (ports) => {
        if (task.type === 'reconcile' && functions.sim.isOff('reconciler')) return;
        await performTask(portsForWork(functions.sim, ports), task);
      },
      120,
    ),

  sweep: (functions: Functions): Promise<Invocation<void>> =>
    functions.invoke('run-sweep', (ports) => sweep(portsForSweep(functions.sim, ports)), 120),

  show: (functions: Functions, issueId: string, accountId: string) =>
    functions.invoke('panel release.show', (ports) => showRelease(ports, { issueId, accountId })),

  glance: (functions: Functions, input: Parameters<typeof glanceRelease>[1]) =>
    functions.invoke('panel release.glance', (ports) => glanceRelease(ports, input)),

  edit: (functions: Functions, input: Parameters<typeof editContent>[1]) =>
    functions.invoke('panel content.put', (ports) => editContent(ports, input)),

  putText: (functions: Functions, input: Parameters<typeof putText>[1]) =>
    functions.invoke('panel text.put', (ports) => putText(ports, input)),

  getText: (functions: Functions, input: Parameters<typeof getText>[1]) =>
    functions.invoke('panel text.get', (ports) => getText(ports, input)),

  audit: (functions: Functions, input: Parameters<typeof exportAudit>[1]) =>
    functions.invoke('panel audit.get', (ports) =>
      exportAudit(portsForAudit(functions.sim, ports), input),
    ),

  log: (functions: Functions, input: Parameters<typeof showLog>[1]) =>
    functions.invoke('panel log.show', (ports) => showLog(ports, input)),

  review: (functions: Functions, input: Parameters<typeof reviewScript>[1]) =>
    functions.invoke('panel script.review', (ports) => reviewScript(ports, input)),

  answer: (functions: Functions, input: Parameters<typeof answerUnknown>[1]) =>
    functions.invoke('panel question.answer', (ports) => answerUnknown(ports, input)),

  showSettings: (functions: Functions) =>
    functions.invoke('settings settings.show', (ports) => showSettings(ports, PROJECT)),
} as const;

/** As in src/functions/work.ts. */
const AGAIN_SECONDS = { again: 2, busy: WORKING_SECONDS } as const;

async function performTask(ports: Ports, task: Task): Promise<void> {
  switch (task.type) {
    case 'work-outbox': {
      const end = await workOutbox(ports, task.issueId);
      if (end !== 'done') await ports.queue.push(task, AGAIN_SECONDS[end]);
      return;
    }
    case 'reconcile':
      return reconcile(ports, task.issueId);
    case 'recheck':
      return recheck(ports, task.issueId);
    case 'refresh-project':
      return refreshProject(ports, task.project);
  }
}
