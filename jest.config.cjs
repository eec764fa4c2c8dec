/** One configuration for every suite; scripts/suite.ts chooses the folders. */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  // Shared machines are several times slower for minutes; a hung test ends all the same.
  testTimeout: 30_000,
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript', tsx: true } } },
    ],
  },
  cacheDirectory: '<rootDir>/.cache/jest',
  coverageDirectory: '<rootDir>/coverage',
};
