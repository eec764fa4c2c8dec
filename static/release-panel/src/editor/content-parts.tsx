import Button from '@atlaskit/button/new';
import type { ReactNode } from 'react';
import { AddSign } from '../../../shared/src/icons';
import type { DraftInHand } from '../use-draft';
import { ChangeEditor } from './change-editor';
import { freshId, withItem, withMoved } from './draft';
import type { Draft } from './draft';
import { problemOf } from './draft-problem';
import type { Problem } from './draft-problem';
import { ScriptEditor } from './script-editor';
import { SiteEditor } from './site-editor';

interface PartProps {
  readonly draft: Draft;
  readonly problems: readonly Problem[];
  readonly change: DraftInHand['change'];
}

interface PlacedPartProps extends PartProps {
  readonly environments: readonly string[];
}

/** The sites with their versions. */
export function Sites({ draft, problems, change }: PartProps) {
  const add = (): void =>
    change((before) => ({
      ...before,
      sites: [
        ...before.sites,
        {
          key: freshId(
            'site',
            before.sites.map(({ key }) => key),
          ),
          site: '',
          version: '',
          artifactSha256: '',
          batchSize: '',
        },
      ],
    }));
  return (
    <Part title="Sites" empty="No site: this release deploys no code." add="Add site" onAdd={add}>
      {draft.sites.map((site) => (
        <SiteEditor
          key={site.key}
          site={site}
          wrong={problemOf(problems, site.key)}
          onChange={(to) =>
            change((before) => ({ ...before, sites: withItem(before.sites, site.key, to) }))
          }
          onRemove={() =>
            change((before) => ({
              ...before,
              sites: before.sites.filter(({ key }) => key !== site.key),
            }))
          }
        />
      ))}
    </Part>
  );
}

/** The scripts in their order. */
export function Scripts({ draft, problems, environments, change }: PlacedPartProps) {
  const add = (): void =>
    change((before) => {
      const id = freshId(
        'script',
        before.scripts.flatMap((each) => [each.id, each.key]),
      );
      const fresh = {
        key: id,
        id,
        name: `${id}.sql`,
        database: before.scripts.at(-1)?.database ?? '',
      };
      const text = { kind: 'written', text: '' } as const;
      return {
        ...before,
        scripts: [...before.scripts, { ...fresh, text, undo: null, environments: [] }],
      };
    });
  return (
    <Part title="SQL scripts" empty="No script." add="Add script" onAdd={add}>
      {draft.scripts.map((script, index) => (
        <ScriptEditor
          key={script.key}
          script={script}
          wrong={problemOf(problems, script.key)}
          index={index}
          count={draft.scripts.length}
          environments={environments}
          onChange={(to) =>
            change((before) => ({ ...before, scripts: withItem(before.scripts, script.key, to) }))
          }
          onMove={(by) =>
            change((before) => ({ ...before, scripts: withMoved(before.scripts, index, by) }))
          }
          onRemove={() =>
            change((before) => ({
              ...before,
              scripts: before.scripts.filter(({ key }) => key !== script.key),
            }))
          }
        />
      ))}
    </Part>
  );
}

/** The configuration changes. */
export function Changes({ draft, problems, environments, change }: PlacedPartProps) {
  const add = (): void =>
    change((before) => {
      const id = freshId(
        'config',
        before.changes.flatMap((each) => [each.id, each.key]),
      );
      const fresh = { key: id, id, centre: '', application: before.sites[0]?.site ?? '' };
      const keys = { kind: 'written', rows: [] } as const;
      return {
        ...before,
        changes: [...before.changes, { ...fresh, namespace: '', keys, byHand: false }],
      };
    });
  return (
    <Part title="Configuration" empty="No configuration change." add="Add change" onAdd={add}>
      {draft.changes.map((each, index) => (
        <ChangeEditor
          key={each.key}
          change={each}
          wrong={problemOf(problems, each.key)}
          index={index}
          environments={environments}
          onChange={(to) =>
            change((before) => ({ ...before, changes: withItem(before.changes, each.key, to) }))
          }
          onRemove={() =>
            change((before) => ({
              ...before,
              changes: before.changes.filter(({ key }) => key !== each.key),
            }))
          }
        />
      ))}
    </Part>
  );
}

interface SectionProps {
  readonly title: string;
  readonly empty: string;
  readonly add: string;
  readonly onAdd: () => void;
  readonly children: readonly ReactNode[];
}

function Part({ title, empty, add, onAdd, children }: SectionProps) {
  return (
    <section className="stack part" aria-label={title}>
      <div className="row row-apart">
        <h3>{title}</h3>
        <Button spacing="compact" iconBefore={AddSign} onClick={onAdd}>
          {add}
        </Button>
      </div>
      {children.length === 0 ? <p className="small">{empty}</p> : children}
    </section>
  );
}
