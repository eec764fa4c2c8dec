/** The site's gateway, asked as the signed-in person. */
import { isRecord } from './remote-calls';

/** Which module a frame shows, and where. */
export interface FramePlace {
  readonly moduleKey: string;
  readonly context: { readonly issueKey?: string; readonly projectKey?: string };
}

/** What `POST /gateway/forge/{door}` answers; its sentence as an error when it refuses. */
export async function askGateway(
  door: 'invoke' | 'context' | 'fetch-product' | 'gap',
  place: FramePlace,
  about: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`/gateway/forge/${door}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...place, ...about }),
  });
  const answer: unknown = await response.json();
  if (!isRecord(answer)) throw new Error('The gateway gave no answer.');
  if (typeof answer['error'] === 'string') throw new Error(answer['error']);
  return answer;
}
