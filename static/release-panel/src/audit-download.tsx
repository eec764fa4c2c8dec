import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { wordsOf } from '../../shared/src/words';
import { readAudit } from './api/audit';

/** Hands out the whole history with its hashes and witnesses, as one file for `interlock-agent verify-audit`. */
export function AuditDownload() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const download = async (): Promise<void> => {
    setBusy(true);
    try {
      const audit = await readAudit();
      save(JSON.stringify(audit, null, 1), `audit-${audit.issueKey}.json`);
      setProblem(undefined);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <p>
      <Button
        appearance="subtle"
        spacing="compact"
        isLoading={busy}
        onClick={() => void download()}
      >
        Download audit
      </Button>
      {problem !== undefined && (
        <span className="refused" role="alert">
          {problem}
        </span>
      )}
    </p>
  );
}

/** A frame of Forge may start downloads; a text that it made itself has a blob's address. */
function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
