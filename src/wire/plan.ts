/** The plan as an agent reads it: parsed from the text whose SHA-256 the decision names. */
import { z } from 'zod';
import type { Plan } from '#core/plan';

const port = z.int().min(1).max(65_535);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const absolutePath = z
  .string()
  .regex(/^(\/[A-Za-z0-9._-]+)+$/)
  .max(200)
  .refine((path) => !/\/\.\.?(\/|$)/.test(path));
const urlPath = z
  .string()
  .regex(/^\/(?!\/)[A-Za-z0-9._~/-]*$/)
  .max(200);
const packagePath = z
  .string()
  .regex(/^[A-Za-z0-9._][A-Za-z0-9._-]*(\/[A-Za-z0-9._-]+)*$/)
  .max(200)
  .refine((path) => !/(^|\/)\.\.?(\/|$)/.test(path));
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

const HostSchema = z.strictObject({
  id: name,
  name: z.string().min(1).max(200),
  address: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$/),
  sshPort: port,
  room: z.string().max(100),
});

const Service = z.strictObject({ port, healthPath: urlPath, versionPath: urlPath.exactOptional() });

const scope = z.string().min(1).max(300);
const textRef = z.strictObject({ sha256: sha256Hex, bytes: z.int().min(0) });

const SqlStepSchema = z.strictObject({
  id: name,
  stage: z.literal('SQL'),
  script: name,
  name: z.string().min(1).max(200),
  database: name,
  scope,
  text: textRef,
  undo: textRef.exactOptional(),
});

const place = {
  id: name,
  change: name,
  centre: name,
  application: name,
  namespace: name,
  scope,
  byHand: z.boolean(),
};

const ConfigStepSchema = z.strictObject({
  ...place,
  stage: z.literal('CONFIG'),
  changes: textRef,
  keys: z.int().min(1),
});

const RestoreStepSchema = z.strictObject({ ...place, stage: z.literal('RESTORE') });

const step = {
  id: name,
  site: name,
  scope,
  version: name,
  basePath: absolutePath,
  service: Service,
  hosts: z.array(HostSchema).min(1).max(10_000),
};

const CodeStepSchema = z.strictObject({
  ...step,
  stage: z.literal('CODE'),
  appType: z.literal('generic'),
  artifact: z.strictObject({
    store: name,
    file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/),
    sha256: sha256Hex,
  }),
  startScript: packagePath.exactOptional(),
  batches: z.array(z.array(name).min(1)).min(1),
});

const VerifyStepSchema = z.strictObject({
  ...step,
  stage: z.literal('VERIFY'),
  artifactSha256: sha256Hex,
});

const RollbackStepSchema = z.strictObject({
  ...step,
  stage: z.literal('ROLLBACK'),
  artifactSha256: sha256Hex,
  startScript: packagePath.exactOptional(),
  batches: z.array(z.array(name).min(1)).min(1),
});

const PlanSchema = z.strictObject({
  format: z.literal(1),
  issueId: z.string().min(1).max(40),
  environment: name,
  policyVersion: z.int().min(0),
  steps: z
    .array(
      z.discriminatedUnion('stage', [
        SqlStepSchema,
        ConfigStepSchema,
        CodeStepSchema,
        VerifyStepSchema,
        RollbackStepSchema,
        RestoreStepSchema,
      ]),
    )
    .min(1)
    .max(500),
});

/** The plan in a text; undefined when the text is none. */
export function parsePlan(text: string): Plan | undefined {
  const parsed = PlanSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
