import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv, type ValidateFunction } from 'ajv';
import { at } from './toy-jira-values';

const FILE = join(__dirname, '../../local/openapi/jira-v3.json.gz');

/** Atlassian's description of its REST API, read once for a test file. */
let described: unknown;

function description(): unknown {
  described ??= JSON.parse(gunzipSync(readFileSync(FILE)).toString('utf8'));
  return described;
}

/**
 * Answers that any operation may give though its description leaves them out: who is nobody, who
 * may not, what is too often and what this stand-in does not model.
 */
const UNDESCRIBED = [401, 403, 404, 429, 501];

let validators: Ajv | undefined;
const compiled = new Map<string, ValidateFunction>();

function validatorFor(path: string, method: string, status: number): ValidateFunction {
  const steps = ['paths', path, method.toLowerCase(), 'responses', String(status)];
  return validatorOf([...steps, 'content', 'application/json', 'schema']);
}

function validatorOf(pointer: readonly string[]): ValidateFunction {
  const key = pointer.join(' ');
  const known = compiled.get(key);
  if (known !== undefined) return known;
  validators ??= makeAjv();
  const hasSchema = at(description(), ...pointer) !== undefined;
  const reference = pointer.map((step) =>
    encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  const validator = validators.compile(hasSchema ? { $ref: `jira#/${reference.join('/')}` } : {});
  compiled.set(key, validator);
  return validator;
}

function makeAjv(): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$/);
  ajv.addFormat('uri', /^https?:\/\//);
  for (const name of ['uuid', 'int32', 'int64', 'double', 'float', 'date', 'byte', 'binary']) {
    ajv.addFormat(name, true);
  }
  ajv.addSchema(Object.assign({ $id: 'jira' }, description()));
  return ajv;
}

interface DescribedPath {
  readonly template: string;
  readonly pattern: RegExp;
}

let allPaths: readonly DescribedPath[] | undefined;

/** Every path of the description, those with fewer variables first. */
function describedPaths(): readonly DescribedPath[] {
  const paths = at(description(), 'paths');
  if (typeof paths !== 'object' || paths === null) throw new Error('The description has no paths.');
  allPaths ??= Object.keys(paths)
    .sort((one, other) => variables(one) - variables(other))
    .map((template) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    }));
  return allPaths;
}

/** The path of the description that a request meets, with the names of its variables. */
function describedPath(method: string, path: string): string | undefined {
  return describedPaths().find(
    ({ template, pattern }) =>
      pattern.test(path) &&
      at(description(), 'paths', template, method.toLowerCase()) !== undefined,
  )?.template;
}

const variables = (template: string): number => template.split('{').length;

/** What is wrong with an answer by Atlassian's description; nothing when it is as described. */
export function contractErrors(
  method: string,
  path: string,
  status: number,
  body: unknown,
): readonly string[] {
  const template = describedPath(method, path);
  if (template === undefined) {
    return status === 501 ? [] : [`${method} ${path} is not described, yet it answered ${status}.`];
  }
  const responses = at(description(), 'paths', template, method.toLowerCase(), 'responses');
  if (at(responses, String(status)) === undefined) {
    return UNDESCRIBED.includes(status)
      ? errorShape(body)
      : [`${method} ${template} does not describe the status ${status}.`];
  }
  if (status >= 400) return errorShape(body);
  const validator = validatorFor(template, method, status);
  if (validator(withoutNullChanges(body))) return [];
  return (validator.errors ?? []).map(
    ({ instancePath, message }) =>
      `${method} ${template} ${status}${instancePath} ${message ?? ''}`,
  );
}

/** What is wrong with a request by Atlassian's description: its address, its parameters, its body. */
export function requestErrors(method: string, url: URL, body: unknown): readonly string[] {
  const template = describedPath(method, url.pathname);
  if (template === undefined) return [`${method} ${url.pathname} is not described.`];
  const operation = ['paths', template, method.toLowerCase()] as const;
  const parameters = at(description(), ...operation, 'parameters');
  const known = Array.isArray(parameters)
    ? parameters.map((parameter) => at(parameter, 'name'))
    : [];
  const unknown = [...url.searchParams.keys()].filter((name) => !known.includes(name));
  const requestBody = [...operation, 'requestBody', 'content', 'application/json', 'schema'];
  const wrong = unknown.map((name) => `${method} ${template} has no parameter ${name}.`);
  if (at(description(), ...requestBody) === undefined) {
    return body === undefined ? wrong : [...wrong, `${method} ${template} takes no body.`];
  }
  const validator = validatorOf(requestBody);
  if (validator(body)) return wrong;
  return [
    ...wrong,
    ...(validator.errors ?? []).map(
      ({ instancePath, message }) => `${method} ${template} body${instancePath} ${message ?? ''}`,
    ),
  ];
}

function errorShape(body: unknown): readonly string[] {
  const isError =
    Array.isArray(at(body, 'errorMessages')) && typeof at(body, 'errors') === 'object';
  return isError ? [] : [`An error without errorMessages and errors: ${JSON.stringify(body)}`];
}

/**
 * Jira writes null for what a field was before it had a value, where its description says string:
 * seen in public captures of changelogs. Such members are left out before the comparison.
 */
function withoutNullChanges(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullChanges);
  if (typeof value !== 'object' || value === null) return value;
  const isChange = 'fieldtype' in value && 'fromString' in value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => !(isChange && member === null))
      .map(([key, member]) => [key, withoutNullChanges(member)]),
  );
}
