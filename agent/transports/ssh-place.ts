/** Where an ssh connection goes, as whom, and what it trusts. */
export interface SshPlace {
  /** As the site's settings name it: sentences and known_hosts use it. */
  readonly address: string;
  /** The address that was checked; the connection goes there and nowhere else. */
  readonly ip: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  readonly connectSeconds: number;
}
