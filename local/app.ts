/** The installed app as Jira and the platform's services call it. */
import { createFunctionLog } from './function-log';
import type { Installation } from './installation';
import { moduleAri } from './installation';
import type { Invocations } from './invocation';
import { createInvoker, type Invoker } from './invoke';
import type { Manifest } from './manifest';
import type { App, AppEvent, Log } from './services/service';
import type { LoadedModule } from './worker';
import { startWorkers, type WorkerPool } from './workers';

export interface AppParts {
  readonly manifest: Manifest;
  readonly installation: Installation;
  readonly bundleDirectory: string;
  readonly invocations: Invocations;
  readonly proxyUrl: string;
  readonly aheadMs: () => number;
  readonly log: Log;
}

export interface RunningApp {
  readonly invoker: Invoker;
  readonly workers: WorkerPool;
  /** The view that Jira gets; events go where `deliver` says. */
  facade(deliver: (event: AppEvent) => void): App;
}

/** Starts the workers and checks that each declared function is there; otherwise says which is not. */
export async function startApp(parts: AppParts): Promise<RunningApp> {
  const functionLog = createFunctionLog(parts.log);
  const workers = startWorkers(parts.bundleDirectory, functionLog.read);
  const problems = handlerProblems(parts.manifest, await workers.loaded);
  if (problems.length > 0) {
    await workers.stop();
    throw new Error(problems.join('\n'));
  }
  const invoker = createInvoker({ ...parts, workers, functionLog });
  return {
    invoker,
    workers,
    facade: (deliver) => ({
      modules: (type) => parts.manifest.modules.filter((module) => module.type === type),
      call: (call) => invoker.call(call),
      deliver,
      moduleAri: (moduleKey) => moduleAri(parts.installation, moduleKey),
      accountId: parts.installation.accountId,
    }),
  };
}

function handlerProblems(manifest: Manifest, loaded: readonly LoadedModule[]): string[] {
  const broken = loaded.flatMap((module) =>
    'problem' in module
      ? [`src/${module.name} of the app cannot be loaded: ${module.problem}`]
      : [],
  );
  if (broken.length > 0) return broken;
  return [...manifest.functions.values()].flatMap(({ key, handler }) => {
    const [name, exported = ''] = handler.split('.');
    const module = loaded.find((it) => it.name === name);
    const functions = module !== undefined && 'functions' in module ? module.functions : [];
    if (functions.includes(exported)) return [];
    return [
      `Function "${key}" of manifest.yml names the handler ${handler}, but src/${name ?? ''} exports no "${exported}"; it exports ${functions.join(', ') || 'nothing'}.`,
    ];
  });
}
