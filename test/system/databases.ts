/** Databases of a test's own: PostgreSQL and MariaDB, each in a folder of its own, on a free port of the loopback address. */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { RunningProcess } from './processes.js'
import { temporaryFolder } from './temporary-folder.js'

/** Kamailio's table, version 4. */
const table = `CREATE TABLE dispatcher (
  id SERIAL PRIMARY KEY, setid INTEGER NOT NULL DEFAULT 0, destination VARCHAR(192) NOT NULL DEFAULT '',
  flags INTEGER NOT NULL DEFAULT 0, priority INTEGER NOT NULL DEFAULT 0, attrs VARCHAR(128) NOT NULL DEFAULT '',
  description VARCHAR(64) NOT NULL DEFAULT '')`

export interface TestDatabase {
  readonly url: string
  /** Runs statements, as its own command-line client does. */
  run(sql: string): void
  start(): Promise<void>
  stop(): Promise<void>
}

export async function postgres(port: number): Promise<TestDatabase> {
  const bin = join('/usr/lib/postgresql', readdirSync('/usr/lib/postgresql').at(-1) ?? '', 'bin')
  const [folder, user] = folderOf('postgres')
  const data = join(folder, 'data')
  const auth = ['--auth=trust', '--username=sipwright', '--no-sync', '--encoding=UTF8']
  must(...user(join(bin, 'initdb'), '-D', data, ...auth))
  const server = user(
    ...[join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', folder],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
  )
  const url = `postgres://sipwright@127.0.0.1:${port}/postgres`
  const database = new Server(server, /ready to accept connections/, url, (sql) => [
    'psql',
    ...['--quiet', '--set', 'ON_ERROR_STOP=1', '--command', sql, url],
  ])
  await database.start()
  database.run(table)
  return database
}

export async function mariadb(port: number): Promise<TestDatabase> {
  const [folder, user] = folderOf('mysql')
  const data = join(folder, 'data')
  must(
    ...user(
      ...['mariadb-install-db', '--no-defaults', `--datadir=${data}`, '--skip-test-db'],
      '--auth-root-authentication-method=normal',
    ),
  )
  const socket = join(folder, 'server.sock')
  const server = user(
    ...['mariadbd', '--no-defaults', `--datadir=${data}`, `--socket=${socket}`],
    ...[`--port=${port}`, '--bind-address=127.0.0.1', '--innodb-flush-log-at-trx-commit=2'],
  )
  const client = (sql: string): readonly string[] => [
    ...['mariadb', '--no-defaults', `--socket=${socket}`, '--user=root', '--execute', sql],
  ]
  const url = `mysql://sipwright:secret@127.0.0.1:${port}/kamailio`
  const database = new Server(server, /ready for connections/, url, client)
  await database.start()
  database.run(`CREATE DATABASE kamailio; USE kamailio; ${table};
    CREATE USER sipwright@'127.0.0.1' IDENTIFIED BY 'secret';
    GRANT SELECT ON kamailio.* TO sipwright@'127.0.0.1'`)
  return database
}

class Server implements TestDatabase {
  readonly url: string
  readonly #command: readonly string[]
  readonly #ready: RegExp
  readonly #client: (sql: string) => readonly string[]
  #process: RunningProcess | undefined = undefined

  constructor(
    command: readonly string[],
    ready: RegExp,
    url: string,
    client: (sql: string) => readonly string[],
  ) {
    this.url = url
    this.#command = command
    this.#ready = ready
    this.#client = client
  }

  run(sql: string): void {
    must(...this.#client(sql))
  }

  async start(): Promise<void> {
    const [name = '', ...args] = this.#command
    this.#process = new RunningProcess(name, args)
    await this.#process.printed(this.#ready, 30_000)
  }

  async stop(): Promise<void> {
    await this.#process?.kill()
  }
}

/** A folder that this user owns, and what runs a command as him: database servers refuse to run as root. */
function folderOf(name: string): readonly [string, (...command: readonly string[]) => string[]] {
  const folder = temporaryFolder(name)
  if (process.getuid?.() !== 0) {
    mkdirSync(join(folder, 'data'))
    return [folder, (...command) => [...command]]
  }
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, name], { encoding: 'latin1' }).stdout),
  )
  chmodSync(folder, 0o711)
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  chownSync(join(folder, 'data'), uid, gid)
  chownSync(folder, uid, gid)
  return [
    folder,
    (...command) => ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...command],
  ]
}

function must(name = '', ...args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(name, args, { encoding: 'utf8', cwd: '/' })
  if (status !== 0) throw new Error(`${name} failed: ${error?.message ?? stdout + stderr}`)
}
