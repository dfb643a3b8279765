/** Reads the destinations, wherever they are, and makes the source of the edge of them. */
import { readFileSync, statSync } from 'node:fs'
import {
  entryOfRow,
  isDatabaseUrl,
  isTableName,
  readTable,
  withoutSecrets,
} from '@sipwright/plugin-dispatcher'
import { type Edge } from '../edge/edge.js'
import { type DispatcherParameters } from '../edge/parameters.js'
import { refusal } from '../kamailio/token.js'
import { redacted } from '../report/redact.js'
import { type Report } from '../report/report.js'
import { absoluteUrl, databaseVariable, isOpen, shownUrl } from './database-url.js'
import { readDump } from './dump.js'
import {
  judgeRows,
  type Listed,
  type ListOptions,
  type ReadList,
  readList,
  writtenList,
} from './list.js'
import { type Origin } from './origin.js'

/** Of a list or a dump. */
const maxBytes = 64 * 1024 * 1024

export class Destinations {
  readonly #edge: Edge
  readonly #report: Report
  readonly #todo: string[]
  /** What was read, by the names that rows have. */
  readonly #files: string[]

  constructor(edge: Edge, report: Report, todo: string[], files: string[]) {
    this.#edge = edge
    this.#report = report
    this.#todo = todo
    this.#files = files
  }

  /** The sets that have destinations; undefined if that is not known. */
  async read(
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
    const place = absoluteUrl(url)
    const shown = shownUrl(place)
    const at = { file: '--db', line: 1 }
    if (ask && (!isDatabaseUrl(place) || place.includes('#'))) {
      const expected = 'postgres://…, mysql://…, sqlite:<file> or a dump; # in a password is %23'
      throw refusal(at, shown, expected)
    }
    if (!isTableName(table)) throw refusal(at, `a table ${redacted(table)}`, 'the name of a table')
    const open = isOpen(place)
    this.#edge.source = { kind: 'sql', url: open ? place : `env:${databaseVariable}`, table }
    if (!open) {
      this.#todo.push(
        `Set ${databaseVariable} to the URL of the database, with its password: ${shown}`,
      )
    }
    if (!ask) {
      this.#todo.push(
        `Destinations stay in ${shown}, which was not asked: import with --db to have its rows judged.`,
      )
      return undefined
    }
    const name = withoutSecrets(place)
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
}

function readText(file: string): string {
  try {
    const stats = statSync(file)
    if (!stats.isFile()) throw new Error('it is no file')
    if (stats.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string }
    const found = code === 'ENOENT' ? 'no such file' : message
    throw refusal({ file, line: 1 }, found, 'a file that can be read')
  }
}
