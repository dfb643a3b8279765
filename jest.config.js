export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages', '<rootDir>/apps', '<rootDir>/test', '<rootDir>/bench'],
  testMatch: ['**/test/dist/**/*.test.js'],
  setupFiles: ['reflect-metadata'],
  transform: {},
  watchman: false,
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/tools/jest-counts.mjs'],
}
