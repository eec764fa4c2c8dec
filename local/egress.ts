/** Which hosts a function may call: those that the manifest declares, matched by Forge's own filter. */
import { EgressFilteringService } from '@forge/egress';

export type MayCall = (url: string) => boolean;

export function createEgressFilter(backendAddresses: readonly string[]): MayCall {
  const filter = new EgressFilteringService([...backendAddresses]);
  return (url) => filter.isValidUrl(url);
}
