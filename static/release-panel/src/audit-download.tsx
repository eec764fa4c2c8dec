import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { wordsOf } from '../../shared/src/words';
import { readAudit } from './api/audit';
import { saveFile } from './save-file';

/** Hands out the whole history with its hashes and witnesses, as one file for `interlock-agent verify-audit`. */
export function AuditDownload() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const download = async (): Promise<void> => {
    setBusy(true);
    try {
      const audit = await readAudit();
      saveFile(JSON.stringify(audit, null, 1), 'application/json', `audit-${audit.issueKey}.json`);
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
