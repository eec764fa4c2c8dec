import { describe, expect, test } from '@jest/globals';
import {
  isCallback,
  isRecord,
  remoteCalls,
  type RemoteCalls,
} from '../../local/browser/remote-calls';

type Answer = (name: string, payload: unknown) => unknown;

/** Two ends that hand each other copies, as postMessage does. */
function pair(answer: Answer): { readonly near: RemoteCalls; readonly far: RemoteCalls } {
  const ends: { near?: RemoteCalls; far?: RemoteCalls } = {};
  const near = remoteCalls(
    (message) => ends.far?.receive(structuredClone(message)),
    () => undefined,
  );
  const far = remoteCalls((message) => ends.near?.receive(structuredClone(message)), answer);
  Object.assign(ends, { near, far });
  return { near, far };
}

describe('a call to the other side', () => {
  test('brings its answer back', async () => {
    const { near } = pair((name, payload) => ({ name, payload }));

    expect(await near.call('getContext', { list: [1, { two: null }] })).toEqual({
      name: 'getContext',
      payload: { list: [1, { two: null }] },
    });
  });

  test('fails with the other side’s words', async () => {
    const { near } = pair(() => {
      throw new Error('not today');
    });

    await expect(near.call('invoke', {})).rejects.toThrow('not today');
  });

  test('carries callbacks there, and functions of the answer back', async () => {
    const heard: unknown[] = [];
    const stopped: string[] = [];
    const { near } = pair((_name, payload) => {
      if (!isRecord(payload) || !isCallback(payload['callback'])) throw new Error('no callback');
      void payload['callback']({ given: 1 }, 'second');
      return { unsubscribe: () => stopped.push('stopped') };
    });

    const answer = await near.call('on', {
      callback: (...values: unknown[]) => heard.push(...values),
    });

    expect(heard).toEqual([{ given: 1 }, 'second']);
    if (!isRecord(answer) || !isCallback(answer['unsubscribe'])) throw new Error('no function');
    expect(await answer['unsubscribe']()).toBe(1);
    expect(stopped).toEqual(['stopped']);
  });

  test('is not mixed up with anything else that is posted', () => {
    const asked: string[] = [];
    const { far } = pair((name) => asked.push(name));

    for (const stray of [
      '[iFrameSizer]message',
      null,
      { kind: 'call', id: 1, name: 'invoke' },
      { bridge: 1, kind: 'call', id: 'one', name: 'invoke' },
      { bridge: 1, kind: 'call', id: 1 },
      { bridge: 1, kind: 'failed', id: 1 },
      { bridge: 1, kind: 'run', id: 1, of: 99, values: [] },
      { bridge: 1, kind: 'done', id: 99, value: 1 },
    ]) {
      far.receive(stray);
    }

    expect(asked).toEqual([]);
  });
});
