/** Packages as the agent sees them. */
import type { Failure } from '#core/failure';
import type { CodeStep } from '#core/plan-step';

export interface Artifacts {
  /**
   * Opens a package and judges it whole: digest, archive, what it holds. Where this agent keeps
   * configuration of the site, it is merged in, and the digest is the merged package's.
   */
  open(
    artifact: CodeStep['artifact'],
    environment: string,
    site: string,
  ): Promise<
    | { readonly kind: 'opened'; readonly artifact: OpenArtifact }
    | { readonly kind: 'refused'; readonly failure: Failure }
  >;
}

/** A package whose file stays open: what was judged is what is sent. */
export interface OpenArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Bytes after unpacking: hosts check their room first. */
  readonly unpackedBytes: number;
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
