/** Which IP address a host's name stands for, decided once: what is checked is what is spoken to. */
import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

export type Resolved =
  | { readonly kind: 'resolved'; readonly ip: string }
  | { readonly kind: 'unresolved'; readonly sentence: string }
  | { readonly kind: 'denied'; readonly sentence: string };

/** Ranges in which no host of a site lives: link-local holds the metadata services of most clouds. */
const DENIED_RANGES = ['linkLocal', 'unspecified', 'multicast', 'broadcast', 'reserved'];

/** Metadata services outside of those ranges: Alibaba Cloud's, and EC2's over IPv6. */
const DENIED_ADDRESSES = ['100.100.100.200', 'fd00:ec2::254'];

/** Resolves an address of a site's host. */
export async function resolveAddress(address: string): Promise<Resolved> {
  const ip = await ipOf(address);
  if (ip === undefined) {
    const sentence = `The name ${address} is unknown to this machine's resolver; correct the host's address or the DNS.`;
    return { kind: 'unresolved', sentence };
  }
  return isDenied(ip)
    ? {
        kind: 'denied',
        sentence: `The address ${ip} of ${address} is none that a host may have (link-local, metadata or no unicast).`,
      }
    : { kind: 'resolved', ip };
}

async function ipOf(address: string): Promise<string | undefined> {
  if (ipaddr.isValid(address)) return address;
  try {
    return (await lookup(address)).address;
  } catch {
    return undefined;
  }
}

/** Whether an IP address, in whatever spelling, belongs to nobody who may be deployed to. */
export function isDenied(ip: string): boolean {
  const parsed = ipaddr.process(ip);
  return (
    DENIED_RANGES.includes(parsed.range()) ||
    DENIED_ADDRESSES.some((denied) => ipaddr.process(denied).toString() === parsed.toString())
  );
}
