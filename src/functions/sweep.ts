/** Every five minutes. */
import { sweep as sweepInstallation } from '#app/sweep';
import { portsOf } from '#forge/ports';

/** Forge records a run as failed unless it gets a status. A sweep that throws is not repeated; the next one comes. */
export async function sweep(
  _payload: unknown,
  context: unknown,
): Promise<{ readonly statusCode: number }> {
  await sweepInstallation(portsOf(context));
  return { statusCode: 204 };
}
