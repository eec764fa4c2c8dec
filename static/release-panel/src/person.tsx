import { useEffect, useState } from 'react';
import { personName } from './api/app';

// Names do not change while a page is open, so each is asked for once.
const names = new Map<string, Promise<string>>();

/** A person's name; the account id until Jira has told it. */
export function Person({ accountId }: { readonly accountId: string }) {
  const [name, setName] = useState(accountId);
  useEffect(() => {
    let isShown = true;
    const asked = names.get(accountId) ?? personName(accountId);
    names.set(accountId, asked);
    void asked.then((found) => {
      if (isShown) setName(found);
    });
    return () => {
      isShown = false;
    };
  }, [accountId]);
  return <span className="person">{name}</span>;
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
