/** `centres` of agent.yml: which configuration centres this agent reaches, by their id and environment. */
import { z } from 'zod';

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be letters, digits, ".", "_" or "-"');

/** The built-in store: files in a directory of this agent's machine, the home of the centre. */
export const CentreRule = z.strictObject({
  id: name,
  environments: z.array(name).min(1),
  kind: z.literal('files'),
  directory: z.string().startsWith('/', 'must be an absolute path').max(4_096),
  /** Sites whose configuration was copied here whole from another agent, which merged what their hosts serve now. */
  adopts: z.array(name).optional(),
});
export type CentreRule = z.infer<typeof CentreRule>;
