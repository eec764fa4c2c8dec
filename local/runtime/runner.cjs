/** A function worker: one process, one invocation at a time, talked to by its host over IPC. */
'use strict';

const path = require('node:path');

const forge = require(path.join(process.env.FORGE_EFS_RUNTIME_PATH, '__forge__.cjs'));

process.on('message', async ({ id, event, remainingMs }) => {
  const endsAt = performance.now() + remainingMs;
  const result = await forge.main(event, {
    awsRequestId: id,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(endsAt - performance.now())),
  });
  process.send({ kind: 'result', id, result });
});

// The host is gone: nobody will ever read an answer.
process.on('disconnect', () => process.exit(0));

process.send({ kind: 'ready', modules: forge.warm() });
