/** What can be said about a draft before anything is sent, in one sentence; the app judges the rest. */
import type { Draft, DraftChange, DraftScript, DraftSite } from './draft';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NAME_WORDS = '1 to 64 letters, digits, dots, dashes or underscores';
const DIGEST = /^[0-9a-f]{64}$/i;

/** The first problem; undefined when there is none. */
export function draftProblem({ scripts, changes, sites }: Draft): string | undefined {
  if (scripts.length + changes.length + sites.length === 0) {
    return 'The release carries nothing; add a script, a configuration change or a site.';
  }
  return [
    ...scripts.map(scriptProblem),
    ...changes.map(changeProblem),
    ...sites.map(siteProblem),
  ].find((problem) => problem !== undefined);
}

function scriptProblem(script: DraftScript, index: number): string | undefined {
  const which = `Script ${index + 1}`;
  if (script.name.trim() === '') return `${which} has no name; give it one.`;
  if (!NAME.test(script.database.trim())) return `${which} needs a database of ${NAME_WORDS}.`;
  if (script.text.kind === 'written' && script.text.text === '') {
    return `${which} has no text; write or upload it.`;
  }
  if (script.undo?.kind === 'written' && script.undo.text === '') {
    return `${which} has an empty undo text; write it or take it out.`;
  }
  return undefined;
}

function changeProblem(change: DraftChange, index: number): string | undefined {
  const which = `Configuration change ${index + 1}`;
  for (const name of ['centre', 'application', 'namespace'] as const) {
    if (!NAME.test(change[name].trim())) return `${which} needs a ${name} of ${NAME_WORDS}.`;
  }
  if (change.keys.kind === 'stored') return undefined;
  const { rows } = change.keys;
  if (rows.length === 0) return `${which} changes no key; add one.`;
  const names = rows.map(({ name }) => name.trim());
  if (names.includes('')) return `${which} has a key without a name; write it or take it out.`;
  if (new Set(names).size < names.length) return `${which} names one key twice; name each once.`;
  if (rows.some(({ isSecret, value }) => isSecret && value.trim() === '')) {
    return `${which} has a secret without a name; write the name it has at the agent.`;
  }
  return undefined;
}

function siteProblem(site: DraftSite, index: number): string | undefined {
  const which = `Site ${index + 1}`;
  if (!NAME.test(site.site.trim())) return `${which} needs a name of ${NAME_WORDS}.`;
  if (!NAME.test(site.version.trim())) return `${which} needs a version of ${NAME_WORDS}.`;
  if (!DIGEST.test(site.artifactSha256.trim())) {
    return `${which} needs the SHA-256 of its package: 64 hex digits; choose the file to have it worked out.`;
  }
  if (site.batchSize.trim() !== '' && !/^[1-9]\d{0,4}$/.test(site.batchSize.trim())) {
    return `${which} needs a whole number as its batch size, or none.`;
  }
  return undefined;
}
