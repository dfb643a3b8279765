export { type Database, databaseAt, type Row, type SqlValue } from './database.js'
export { isDatabaseUrl, isTableName, reasonOf, withoutSecrets } from './url.js'
