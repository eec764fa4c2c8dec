import { useEffect, useState } from 'react';
import { personName } from './api/app';

// Names do not change while a page is open, so each is asked for once.
const names = new Map<string, Promise<string>>();

/** A person's name; the account id until Jira has told it. */
export function usePersonName(accountId: string): string {
  const [name, setName] = useState(accountId);
  useEffect(() => {
    let isShown = true;
    const asked = names.get(accountId) ?? personName(accountId);
    names.set(accountId, asked);
    asked.then(
      (found) => {
        if (isShown) setName(found);
      },
      // The account id stays; another look may be luckier.
      () => names.delete(accountId),
    );
    return () => {
      isShown = false;
    };
  }, [accountId]);
  return name;
}

/** A person's name in a text. */
export function Person({ accountId }: { readonly accountId: string }) {
  return <span className="person">{usePersonName(accountId)}</span>;
}

/** A sentence in which `@[account id]` stands for a person. */
export function Sentence({ text }: { readonly text: string }) {
  return (
    <>
      {text
        .split(/@\[([^\]]+)\]/)
        .map((part, index) =>
          index % 2 === 1 ? (
            <Person key={index} accountId={part} />
          ) : (
            <span key={index}>{part}</span>
          ),
        )}
    </>
  );
}
