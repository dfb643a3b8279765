export default {
  testEnvironment: 'node',
  roots: [
    '<rootDir>/packages',
    '<rootDir>/apps',
    '<rootDir>/examples',
    '<rootDir>/test',
    '<rootDir>/bench',
  ],
  testMatch: ['**/test/dist/**/*.test.js'],
  setupFiles: ['reflect-metadata'],
  transform: {},
  watchman: false,
  maxWorkers: 2,
  // No test asserts speed: on a busy machine one may take many times as long and is as right.
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/tools/jest-counts.mjs'],
}
