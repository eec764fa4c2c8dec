import { useState } from 'react';
import type { Site } from '#core/site';
import { TextInput } from '../../shared/src/field';
import { PeopleField } from '../../shared/src/people-field';
import { ask } from './api/app';
import { ActBar } from './act-bar';
import { JsonEditor } from './json-editor';
import { NEW_SITE, siteDraftOf, siteOf, siteProblem } from './site-draft';
import type { SiteDraft } from './site-draft';
import { SitePlaces } from './site-places';
import { useAct } from './use-act';

interface SiteFormProps {
  /** Undefined for a new one. */
  readonly site: Site | undefined;
  readonly environments: readonly string[];
  readonly onSaved: (id: string) => Promise<void>;
}

/** A site: its leaders, its package, and its hosts in each environment. */
export function SiteForm({ site, environments, onSaved }: SiteFormProps) {
  // Undefined while nobody edits: then the form follows what is stored.
  const [draft, setDraft] = useState<SiteDraft>();
  const shown = draft ?? (site ? siteDraftOf(site) : NEW_SITE);
  const change = (to: Partial<SiteDraft>): void => setDraft({ ...shown, ...to });

  const save = async () => {
    const problem = siteProblem(shown);
    if (problem !== undefined) return { kind: 'refused', sentence: problem } as const;
    return ask('site.put', { site: siteOf(shown) });
  };
  const after = async (): Promise<void> => {
    await onSaved(shown.id.trim());
    setDraft(undefined);
  };
  const act = useAct(save, `Site ${shown.id} saved`, after);

  return (
    <section className="stack" aria-label={site ? `Site ${site.id}` : 'New site'}>
      <h2>{site ? site.name : 'New site'}</h2>
      <div className="fields two-fields">
        <TextInput
          label="Id"
          help="Content names the site by it; it stays."
          isReadOnly={site !== undefined}
          value={shown.id}
          onChange={(id) => change({ id })}
        />
        <TextInput
          label="Name"
          placeholder={shown.id}
          value={shown.name}
          onChange={(name) => change({ name })}
        />
        <PeopleField
          label="Leader"
          isSingle
          help="Approves, starts and rolls back."
          chosen={shown.leader === '' ? [] : [shown.leader]}
          onChange={([leader = '']) => change({ leader })}
        />
        <PeopleField
          label="Backup leader"
          isSingle
          help="Has the same rights."
          chosen={shown.backup === '' ? [] : [shown.backup]}
          onChange={([backup = '']) => change({ backup })}
        />
        <TextInput
          label="Package"
          help="The file is <package>-<version>.tar.gz."
          placeholder={shown.id}
          value={shown.packageName}
          onChange={(packageName) => change({ packageName })}
        />
        <TextInput
          label="Store"
          help="As the agent’s file calls it."
          value={shown.store}
          onChange={(store) => change({ store })}
        />
        <TextInput
          label="Group"
          placeholder="none"
          help="Only agents of this group serve it. Without one: agents without a group."
          value={shown.group}
          onChange={(group) => change({ group })}
        />
        <TextInput
          label="Repository"
          isCode
          help="Where its source lies, for people to read."
          value={shown.repository}
          onChange={(repository) => change({ repository })}
        />
      </div>
      <SitePlaces
        places={shown.places}
        environments={environments}
        siteId={shown.id}
        onChange={(places) => change({ places })}
      />
      <ActBar
        act={act}
        words={site ? 'Save changes' : 'Add site'}
        isIdle={draft === undefined}
        onDiscard={() => setDraft(undefined)}
      />
      <JsonEditor
        name={site ? `Site ${site.id}` : 'New site'}
        value={site ?? siteOf(shown)}
        save={(value) => ask('site.put', { site: value })}
        after={after}
      />
    </section>
  );
}
