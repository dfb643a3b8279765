/** The import itself: from what was read of Kamailio to the texts of the files that are written. Writes nothing. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { SipError } from '@sipwright/framework'
import {
  entryOfRow,
  isDatabaseUrl,
  isTableName,
  readTable,
  withoutSecrets,
} from '@sipwright/plugin-dispatcher'
import { emptyEdge, type Edge } from './edge/edge.js'
import { lbFile } from './edge/lb-file.js'
import { applyListeners } from './edge/listeners.js'
import { applyParameters, type DispatcherParameters } from './edge/parameters.js'
import { type Cfg, readCfg } from './kamailio/cfg.js'
import { judgeInput } from './kamailio/judge-input.js'
import { callsIn } from './kamailio/script.js'
import { type Place, refusal } from './kamailio/token.js'
import { migrationFile } from './report/migration.js'
import { redacted } from './report/redact.js'
import { Report, type Row, totalsOf, type Totals } from './report/report.js'
import { programOf, retryingFailures } from './routing/program.js'
import { routesFile } from './routing/routes-file.js'
import { unguarded } from './routing/functions.js'
import { applyFailover, applyRules } from './routing/rules.js'
import { isSelect, selectionOf } from './routing/selections.js'
import { readDump } from './sets/dump.js'
import {
  judgeRows,
  type Listed,
  type ListOptions,
  type ReadList,
  readList,
  writtenList,
} from './sets/list.js'

export interface ImportInput {
  /** The path of a kamailio.cfg. */
  readonly cfg?: string | undefined
  /** The path of a dispatcher.list. */
  readonly list?: string | undefined
  /** The URL of a database, or the path of a dump. */
  readonly db?: string | undefined
}

export interface Imported {
  /** By name, the files to write. */
  readonly files: ReadonlyMap<string, string>
  readonly rows: readonly Row[]
  readonly totals: Totals
  /** What must be done by hand. */
  readonly todo: readonly string[]
}

/** Where the URL of a database goes that has a password. */
export const databaseVariable = 'SIPWRIGHT_DISPATCHER_DB'

/** Of a list or a dump. */
const maxBytes = 64 * 1024 * 1024

/** Reads the inputs and translates them. Throws SIPW_ERR_IMPORT_INPUT, SIPW_ERR_DISPATCHER_SOURCE. */
export async function importKamailio(input: ImportInput): Promise<Imported> {
  try {
    return await new Import(input).run()
  } catch (error) {
    // The stack: everything else has a bound of its own.
    if (!(error instanceof RangeError)) throw error
    throw refusal(
      { file: input.cfg ?? '', line: 1 },
      'what nests too deep',
      'fewer blocks and routes within each other',
    )
  }
}

/** Where destinations come from. */
type Origin =
  | { readonly kind: 'list' | 'dump'; readonly file: string }
  | { readonly kind: 'database'; readonly url: string; readonly ask: boolean }
  | { readonly kind: 'none' }

class Import {
  readonly #input: ImportInput
  readonly #report = new Report()
  readonly #edge: Edge = emptyEdge()
  readonly #todo: string[] = []
  readonly #files: string[] = []

  constructor(input: ImportInput) {
    this.#input = input
  }

  async run(): Promise<Imported> {
    const edge = this.#edge
    const cfg = this.#input.cfg === undefined ? emptyCfg : readCfg(resolve(this.#input.cfg))
    this.#files.push(...cfg.files.keys())
    const parameters = applyParameters(cfg, edge, this.#report)
    applyListeners(cfg, edge, this.#report)
    judgeInput(cfg, edge, this.#report)
    const origin = this.#origin(cfg, parameters)
    const live = origin.kind === 'database'
    const { failover } = parameters
    const program = programOf(cfg, { failover, live }, this.#report)
    this.#defineSets(cfg, parameters, live)
    const ignored = applyRules(program, edge, this.#report)
    if (edge.route.length === 0 && failover) {
      edge.failover.maxAttempts = 100
      applyFailover(retryingFailures(cfg, { failover, live }), edge)
    }
    const known = await this.#readDestinations(origin, parameters)
    this.#completeRoutes(cfg, known)
    this.#warn(ignored)
    return this.#imported(routesFile({ program, edge, files: cfg.files }))
  }

  /** What the command line says stands before what the file says; Kamailio's database stands before its list. */
  #origin(cfg: Cfg, { databaseUrl, listFile }: DispatcherParameters): Origin {
    const { list, db, cfg: path } = this.#input
    if (list !== undefined || db !== undefined) {
      const note = 'not needed: what was given on the command line is read instead'
      for (const name of ['db_url', 'list_file']) this.#setAside(cfg, name, note)
      if (list !== undefined) this.#setAside(cfg, 'table_name', note)
    }
    if (list !== undefined) return { kind: 'list', file: resolve(list) }
    if (db !== undefined) {
      return isDatabaseUrl(db) || /^\w+:\/\//.test(db)
        ? { kind: 'database', url: db, ask: true }
        : { kind: 'dump', file: resolve(db) }
    }
    if (databaseUrl !== undefined) {
      this.#setAside(cfg, 'list_file', 'not needed: Kamailio reads its database instead')
      return this.#databaseOf(cfg, databaseUrl)
    }
    if (path === undefined) return { kind: 'none' }
    const named = resolve(dirname(resolve(path)), listFile ?? 'dispatcher.list')
    const found = [named, join(dirname(resolve(path)), basename(named))].find((each) =>
      existsSync(each),
    )
    if (found !== undefined) return { kind: 'list', file: found }
    if (listFile !== undefined) {
      this.#todo.push('The list of the parameter list_file is not there: import again with --list.')
    }
    return { kind: 'none' }
  }

  #setAside(cfg: Cfg, name: string, note: string): void {
    const parameter = cfg.parameters.findLast(
      (each) => each.name === name && each.modules.includes('dispatcher'),
    )
    if (parameter !== undefined) this.#report.restate(parameter, 'not translated', note)
  }

  /** Kamailio's own URL: it is not asked, for the database may be nowhere near. */
  #databaseOf(cfg: Cfg, databaseUrl: string): Origin {
    const url = databaseUrl.replace(/^sqlite:\/\//, 'sqlite:')
    if (isDatabaseUrl(url)) return { kind: 'database', url, ask: false }
    this.#setAside(cfg, 'db_url', 'no such database is read: import again with --db and a dump')
    this.#todo.push(
      'Destinations come from a database that is not read here: import again with --db and a dump of its table.',
    )
    return { kind: 'none' }
  }

  /** Sets and their algorithms, by every ds_select call there is, reached or not. */
  #defineSets(cfg: Cfg, { key, userOnly }: DispatcherParameters, live: boolean): void {
    const { sets } = this.#edge
    for (const { statements } of cfg.routes) {
      for (const { name, args, at } of callsIn(statements)) {
        const read = isSelect(name) ? selectionOf(name, args, live) : undefined
        for (const { set, algorithm } of read?.selection.sets ?? []) {
          const known = sets.get(set)
          if (known !== undefined) {
            if (known.algorithm === algorithm) continue
            this.#report.weaken(at, `lb.yaml has one algorithm for a set: ${known.algorithm}`)
            continue
          }
          const hashOfUri = /^hash-(?:from|to|ruri)$/.test(algorithm)
          sets.set(set, {
            algorithm,
            ...(algorithm === 'hash-expression' && { key: key ?? 'call-id' }),
            ...(hashOfUri && userOnly && { userOnly: true }),
          })
          if (algorithm === 'hash-expression' && key === undefined) {
            this.#todo.push(
              `Set ${set} hashes a variable that has no key here: give it its \`key\`; Call-ID stands there.`,
            )
          }
        }
      }
    }
  }

  /** The sets that have destinations; undefined if that is not known. */
  async #readDestinations(
    origin: Origin,
    { table, useDefault }: DispatcherParameters,
  ): Promise<ReadonlySet<string> | undefined> {
    const options = { useDefault }
    switch (origin.kind) {
      case 'none':
        return new Set()
      case 'list': {
        this.#files.push(origin.file)
        const read = readList(origin.file, readText(origin.file), this.#report)
        return this.#writeList(read, options)
      }
      case 'dump': {
        this.#files.push(origin.file)
        const rows = readDump(origin.file, readText(origin.file), table)
        const listed = rows.flatMap(({ line, row }) => {
          const place = { file: origin.file, line, endLine: line }
          return this.#listed(place, row, undefined)
        })
        if (rows.length === 0) {
          throw refusal(
            { file: origin.file, line: 1 },
            `no row of a table ${table}`,
            'INSERT INTO or COPY of it',
          )
        }
        return this.#writeList({ listed, kept: [] }, options)
      }
      case 'database':
        return this.#useDatabase(origin, table, options)
    }
  }

  #writeList(read: ReadList, options: ListOptions): Set<string> {
    const text = writtenList(read, this.#edge, options, this.#report)
    this.#edge.source = { kind: 'file', text }
    return new Set(read.listed.map(({ entry }) => entry.setId))
  }

  async #useDatabase(
    { url, ask }: Extract<Origin, { kind: 'database' }>,
    table: string,
    options: ListOptions,
  ): Promise<ReadonlySet<string> | undefined> {
    const place = absolute(url)
    const name = withoutSecrets(place)
    if (!isDatabaseUrl(place)) {
      throw refusal(
        { file: '--db', line: 1 },
        name.replace(/\/\/.*@/, '//…@'),
        'postgres://…, mysql://…, sqlite:<file> or a dump',
      )
    }
    if (!isTableName(table))
      throw refusal({ file: '--db', line: 1 }, `a table ${redacted(table)}`, 'the name of a table')
    const secret = hasPassword(place)
    this.#edge.source = { kind: 'sql', url: secret ? `env:${databaseVariable}` : place, table }
    if (secret) {
      this.#todo.push(
        `Set ${databaseVariable} to the URL of the database, with its password: ${withUser(place)}`,
      )
    }
    if (!ask) {
      this.#todo.push(
        `Destinations stay in ${redacted(name)}, which was not asked: import with --db to have its rows judged.`,
      )
      return undefined
    }
    this.#files.push(name)
    const rows = await readTable(place, table)
    const listed = rows.flatMap((row, index) => {
      const line = Number(row['id'] ?? index + 1)
      return this.#listed({ file: name, line, endLine: line }, row, undefined)
    })
    judgeRows(listed, this.#edge, options, this.#report)
    return new Set(listed.map(({ entry }) => entry.setId))
  }

  #listed(
    place: { readonly file: string; readonly line: number; readonly endLine: number },
    row: Parameters<typeof entryOfRow>[0],
    text: string | undefined,
  ): Listed[] {
    const entry = entryOfRow(row)
    if (!('expected' in entry)) return [{ ...place, entry, text }]
    const subject = `${String(row['setid'])} ${String(row['destination'])}`
    const note = `found "${redacted(entry.found)}", expected ${entry.expected}; it is left out`
    this.#report.add(place, redacted(subject), 'not translated', note)
    return []
  }

  /** Where the routes say nothing that a rule can say, everything goes to one set. */
  #completeRoutes(cfg: Cfg, known: ReadonlySet<string> | undefined): void {
    const edge = this.#edge
    if (known !== undefined) {
      const missing = [...edge.sets.keys()].filter((set) => !known.has(set))
      if (missing.length > 0 && known.size > 0) {
        this.#todo.push(
          `The routes select from set ${missing.join(', ')}, which has no destination.`,
        )
      }
      if (known.size === 0) {
        this.#todo.push(
          'There is no destination: write them into `dispatcher.sets` of lb.yaml, or import again with --list or --db.',
        )
      }
    }
    const all = [...edge.sets.keys(), ...(known ?? [])]
    const first = all.includes('1') && cfg.routes.length === 0 ? '1' : (all[0] ?? '1')
    if (edge.route.length === 0) {
      edge.route = [{ methods: undefined, user: undefined, set: first }]
      if (this.#input.cfg !== undefined) {
        this.#todo.push(
          `No rule could be read from the routes: lb.yaml sends every request to set ${first}. Write \`route\`.`,
        )
      } else if (new Set(all).size > 1) {
        this.#todo.push(
          `Without a kamailio.cfg every request goes to set ${first}: write \`route\` for the others.`,
        )
      }
    }
    for (const { set } of edge.route) {
      if (!edge.sets.has(set)) edge.sets.set(set, { algorithm: 'round-robin' })
    }
  }

  /** What must not be overlooked among many lines. */
  #warn(ignored: readonly Place[]): void {
    const open = this.#report.rows(this.#files).filter(({ note }) => note.includes(unguarded))
    if (open.length > 0) {
      this.#todo.push(
        `Who may call is not asked here: ${placesOf(open)}. Do not open it to strangers before it is.`,
      )
    }
    if (ignored.length > 0) {
      this.#todo.push(
        `lb.yaml has no word for these conditions: ${placesOf(ignored)}. See what they guard; routes.ts has them.`,
      )
    }
  }

  #imported(routes: string): Imported {
    const files = new Map([['lb.yaml', lbFile(this.#edge)]])
    const { source } = this.#edge
    if (source?.kind === 'file') files.set('dispatcher.list', source.text)
    files.set('routes.ts', routes)
    const rows = this.#report.rows(this.#files)
    const written = [...files.keys()].map((name) => `\`${name}\``)
    const migration = { rows, files: this.#files, todo: this.#todo, written }
    files.set('MIGRATION.md', migrationFile(migration))
    return { files, rows, totals: totalsOf(rows), todo: this.#todo }
  }
}

/** `kamailio.cfg:12, 14` */
function placesOf(places: readonly Place[]): string {
  const lines = new Map<string, number[]>()
  for (const { file, line } of places) lines.set(file, [...(lines.get(file) ?? []), line])
  return [...lines].map(([file, each]) => `${basename(file)}:${each.join(', ')}`).join('; ')
}

const emptyCfg: Cfg = {
  settings: [],
  modules: [],
  parameters: [],
  routes: [],
  others: [],
  directives: [],
  inactive: [],
  files: new Map(),
}

function readText(file: string): string {
  try {
    const stats = statSync(file)
    if (!stats.isFile()) throw new Error('it is no file')
    if (stats.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof SipError) throw error
    const { code, message } = error as { readonly code?: string; readonly message: string }
    const found = code === 'ENOENT' ? 'no such file' : message
    throw refusal({ file, line: 1 }, found, 'a file that can be read')
  }
}

/** An SQLite file is told from everywhere the same. */
function absolute(url: string): string {
  if (!url.startsWith('sqlite:')) return url
  return `sqlite:${resolve(url.slice('sqlite:'.length))}`
}

function hasPassword(url: string): boolean {
  return URL.canParse(url) && !url.startsWith('sqlite:') && new URL(url).password !== ''
}

/** Without the password. */
function withUser(url: string): string {
  const { protocol, username, host, pathname } = new URL(url)
  return `${protocol}//${username}:…@${host}${pathname}`
}
