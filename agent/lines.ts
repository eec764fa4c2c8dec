/** The connections of a job: one per host, opened at the first need and kept until the end. */
import type { Failure } from '#core/failure';
import type { HostSession, Hosts, HostTarget } from './ports/hosts';

export type Line =
  | { readonly kind: 'connected'; readonly session: HostSession }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Lines {
  to(target: HostTarget): Promise<Line>;
  /** The connection is of no more use: the next need opens another. */
  drop(target: HostTarget): Promise<void>;
  close(): Promise<void>;
}

/** A job's connections; none is open yet. */
export function openLines(hosts: Hosts): Lines {
  const sessions = new Map<string, HostSession>();

  const drop = async (target: HostTarget): Promise<void> => {
    const session = sessions.get(place(target));
    sessions.delete(place(target));
    await session?.close();
  };

  return {
    to: async (target) => {
      const open = sessions.get(place(target));
      if (open) return { kind: 'connected', session: open };
      const line = await hosts.connect(target);
      if (line.kind === 'connected') sessions.set(place(target), line.session);
      return line;
    },
    drop,
    close: async () => {
      await Promise.all([...sessions.values()].map((session) => session.close()));
      sessions.clear();
    },
  };
}

/** Ids of hosts are a site's own; two sites may mean two machines by one. */
const place = ({ host }: HostTarget): string => `${host.address} ${host.sshPort}`;
