// Plain old JavaScript: whatever Node starts this must be able to say that it is too old.
const NODE_MIN_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < NODE_MIN_MAJOR) {
  console.error(
    `Interlock needs Node ${NODE_MIN_MAJOR} or newer, and this is ${process.version}. On Linux (x64, arm64) npm ci ` +
      'brings it along: run npm ci without --omit=optional. Elsewhere install it from https://nodejs.org.',
  );
  process.exit(1);
}
