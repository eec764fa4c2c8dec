/** `databases` of agent.yml: which databases this agent reaches, by their id and environment. */
import { z } from 'zod';

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be letters, digits, ".", "_" or "-"');

const path = z.string().startsWith('/', 'must be an absolute path').max(4_096);

/** MariaDB is reached as MySQL. */
const engine = z.enum(['postgresql', 'mysql']);
export type Engine = z.infer<typeof engine>;

export const DatabaseRule = z.strictObject({
  id: name,
  environments: z.array(name).min(1),
  engine,
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  database: z.string().min(1).max(63),
  user: z.string().min(1).max(63),
  /** The file that holds the password and nothing else. */
  passwordFile: path,
  /** Encrypts sessions and checks the server's certificate; absent: sessions in the clear. */
  tls: z
    .strictObject({
      /** The authorities in PEM; absent: those that Node knows. */
      caFile: path.exactOptional(),
    })
    .exactOptional(),
});
export type DatabaseRule = z.infer<typeof DatabaseRule>;
