/** Local Jira as a process of its own: pushes one late event, says so, and waits to be killed. */
import { startFixtureHost } from './fixture-host';

async function main(stateDirectory: string): Promise<void> {
  const host = await startFixtureHost({ stateDirectory });
  await host.probe('push', { events: [{ body: { mark: 'survivor' }, delayInSeconds: 600 }] });
  process.stdout.write('pushed\n');
}

/** Where this program is, for whoever starts it. */
export const PROGRAM = __filename;

if (require.main === module) void main(process.argv[2] ?? '');
