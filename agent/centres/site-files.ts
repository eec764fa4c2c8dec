/** The configuration files that a site's packages carry in an environment, with the secrets filled in. */
import type { Failure } from '#core/failure';
import type { Centres } from './centres';
import type { AddedFile } from './merge-package';
import type { Values } from './namespace-record';
import type { NamespaceStore } from './namespace-store';
import { renderNamespace } from './render-namespace';
import type { PlainValues } from './render-namespace';

export type SiteFiles =
  | { readonly kind: 'files'; readonly files: readonly AddedFile[] }
  | { readonly kind: 'refused'; readonly failure: Failure };

const FILE_MODE = 0o644;
/** Only the service's user and group read a file with a secret in it. */
const SECRET_FILE_MODE = 0o640;

/** Every namespace of the application that bears the site's id; one without keys makes no file. */
export async function siteFiles(
  centres: Centres,
  site: string,
  environment: string,
): Promise<SiteFiles> {
  const files: AddedFile[] = [];
  for (const store of centres.in(environment)) {
    for (const namespace of await store.list(environment, site)) {
      const made = await fileOf(store, centres, { environment, application: site, namespace });
      if (made.kind === 'refused') return made;
      if (made.file && files.some(({ path }) => path === made.file?.path)) {
        return refuse(
          `Two centres of agent.yml hold ${site}/${namespace} for ${environment}; keep one of them.`,
        );
      }
      if (made.file) files.push(made.file);
    }
  }
  return { kind: 'files', files };
}

type MadeFile =
  | { readonly kind: 'made'; readonly file: AddedFile | undefined }
  | { readonly kind: 'refused'; readonly failure: Failure };

async function fileOf(
  store: NamespaceStore,
  centres: Centres,
  place: Parameters<NamespaceStore['read']>[0],
): Promise<MadeFile> {
  const found = await store.read(place);
  if (found.kind === 'damaged') return refuse(found.sentence);
  const values = found.record?.values ?? {};
  if (Object.keys(values).length === 0) return { kind: 'made', file: undefined };
  const plain = await withSecrets(values, centres, place.environment);
  if (plain.kind === 'refused') return plain;
  const isSecret = Object.values(values).some(({ kind }) => kind === 'secret');
  const file: AddedFile = {
    path: `config/${place.namespace}`,
    text: renderNamespace(place.namespace, plain.values),
    mode: isSecret ? SECRET_FILE_MODE : FILE_MODE,
  };
  return { kind: 'made', file };
}

type WithSecrets =
  | { readonly kind: 'plain'; readonly values: PlainValues }
  | { readonly kind: 'refused'; readonly failure: Failure };

async function withSecrets(
  values: Values,
  { secrets }: Centres,
  environment: string,
): Promise<WithSecrets> {
  const plain: [string, string][] = [];
  for (const [key, value] of Object.entries(values)) {
    if (value.kind === 'text') {
      plain.push([key, value.text]);
      continue;
    }
    const read = await secrets.read(value.name, environment);
    if (read.kind === 'absent') return refuse(secretMissing(value.name));
    if (read.kind === 'unreadable') return refuse(read.sentence);
    plain.push([key, read.value]);
  }
  return { kind: 'plain', values: Object.fromEntries(plain) };
}

/** What to do about a secret that a change names and this agent does not have. */
export const secretMissing = (name: string): string =>
  `This agent has no secret ${name}; set it on its machine: interlock-agent secret set ${name}`;

const refuse = (sentence: string): { readonly kind: 'refused'; readonly failure: Failure } => ({
  kind: 'refused',
  failure: { class: 'config', sentence },
});
