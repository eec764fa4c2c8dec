/** What is signed between the agent and the app, and how the headers carry it. */

/**
 * Standard Webhooks with Ed25519: the signature covers `id.timestamp.body`, byte for byte.
 * Source: github.com/standard-webhooks/standard-webhooks, spec at b2fa7b8 (2026-08-17).
 */
export const signedText = (id: string, timestampSeconds: string, body: string): string =>
  `${id}.${timestampSeconds}.${body}`;

export const HEADER_ID = 'webhook-id';
export const HEADER_TIMESTAMP = 'webhook-timestamp';
export const HEADER_SIGNATURE = 'webhook-signature';

/** The version mark before a base64 Ed25519 signature. */
export const SIGNATURE_VERSION = 'v1a';

/** A message whose timestamp is farther from the app's clock is refused. Standard Webhooks suggests 5 minutes. */
export const CLOCK_SKEW_MAX_SECONDS = 300;

/** What a new key signs to prove that its owner asks for it, for this agent of this installation. */
export const keyProofText = (audience: string, agent: string, publicKey: string): string =>
  `interlock-key.v1.${audience}.${agent}.${publicKey}`;

/** The text by which an app's decision is signed: apart from messages, so that neither passes for the other. */
export const decisionText = (decision: string): string => `interlock-decision.v1.${decision}`;
