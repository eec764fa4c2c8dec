import { useId, useState } from 'react';
import { IconButton } from '../../../shared/src/icon-button';
import { TextInput } from '../../../shared/src/field';
import { RemoveSign } from '../../../shared/src/icons';
import { wordsOf } from '../../../shared/src/words';
import { bytesDigest } from '../text-pieces';
import type { DraftSite } from './draft';

interface SiteEditorProps {
  readonly site: DraftSite;
  /** What is wrong with a field, by its name. */
  readonly wrong: (field: string) => string | undefined;
  readonly onChange: (change: Partial<DraftSite>) => void;
  readonly onRemove: () => void;
}

/** One site with the version and the package that it gets. */
export function SiteEditor({ site, wrong, onChange, onRemove }: SiteEditorProps) {
  const name = site.site === '' ? 'new site' : site.site;
  return (
    <div className="card" role="group" aria-label={`Site ${name}`}>
      <div className="card-head">
        <span className="strong">{name}</span>
        <span className="push">
          <IconButton label={`Remove site ${name}`} onClick={onRemove}>
            <RemoveSign />
          </IconButton>
        </span>
      </div>
      <div className="card-body">
        <div className="fields">
          <TextInput
            label="Site"
            problem={wrong('site')}
            value={site.site}
            onChange={(value) => onChange({ site: value })}
          />
          <TextInput
            label="Version"
            problem={wrong('version')}
            value={site.version}
            onChange={(version) => onChange({ version })}
          />
          <TextInput
            label="Batch size"
            problem={wrong('batchSize')}
            isNumber
            placeholder="all at once"
            help="Hosts at a time, after the first."
            value={site.batchSize}
            onChange={(batchSize) => onChange({ batchSize })}
          />
        </div>
        <TextInput
          label="Package SHA-256"
          problem={wrong('artifactSha256')}
          isCode
          value={site.artifactSha256}
          onChange={(artifactSha256) => onChange({ artifactSha256 })}
        />
        <PackageDigest onDigest={(artifactSha256) => onChange({ artifactSha256 })} />
      </div>
    </div>
  );
}

/** Works the digest out from the file, which stays on this machine. */
function PackageDigest({ onDigest }: { readonly onDigest: (digest: string) => void }) {
  const [state, setState] = useState('');
  const id = useId();
  const read = async (file: File): Promise<void> => {
    setState('Reading the file');
    try {
      onDigest(await bytesDigest(await file.arrayBuffer()));
      setState(`From ${file.name}`);
    } catch (error) {
      setState(`The file could not be read: ${wordsOf(error)}`);
    }
  };
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        Or work it out from the package; the file is not sent
      </label>
      <input
        id={id}
        type="file"
        className="file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void read(file);
        }}
      />
      <span className="small" role="status">
        {state}
      </span>
    </div>
  );
}
