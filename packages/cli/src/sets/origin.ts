/** Where destinations come from: the command line, or what kamailio.cfg names. */
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isDatabaseUrl } from '@sipwright/plugin-dispatcher'
import { type DispatcherParameters } from '../edge/parameters.js'
import { type Cfg } from '../kamailio/cfg.js'
import { type Report } from '../report/report.js'

export type Origin =
  | { readonly kind: 'list' | 'dump'; readonly file: string }
  /** `ask`: its rows are read now. */
  | { readonly kind: 'database'; readonly url: string; readonly ask: boolean }
  | { readonly kind: 'none' }

/** What the command line says. */
export interface OriginInput {
  readonly cfg?: string | undefined
  readonly list?: string | undefined
  readonly db?: string | undefined
}

/** Finds it; parameters that lose their meaning by that are restated, what is missing goes to `todo`. */
export function originOf(
  input: OriginInput,
  cfg: Cfg,
  parameters: DispatcherParameters,
  report: Report,
  todo: string[],
): Origin {
  return new Finder(cfg, report, todo).origin(input, parameters)
}

class Finder {
  readonly #cfg: Cfg
  readonly #report: Report
  readonly #todo: string[]

  constructor(cfg: Cfg, report: Report, todo: string[]) {
    this.#cfg = cfg
    this.#report = report
    this.#todo = todo
  }

  /** What the command line says stands before what the file says; Kamailio's database stands before its list. */
  origin(
    { list, db, cfg: path }: OriginInput,
    { databaseUrl, listFile }: DispatcherParameters,
  ): Origin {
    if (list !== undefined || db !== undefined) {
      const note = 'not needed: what was given on the command line is read instead'
      for (const name of ['db_url', 'list_file']) this.#setAside(name, note)
      if (list !== undefined) this.#setAside('table_name', note)
    }
    if (list !== undefined) return { kind: 'list', file: resolve(list) }
    if (db !== undefined) {
      return isDatabaseUrl(db) || /^\w+:\/\//.test(db)
        ? { kind: 'database', url: db, ask: true }
        : { kind: 'dump', file: resolve(db) }
    }
    if (databaseUrl !== undefined) {
      this.#setAside('list_file', 'not needed: Kamailio reads its database instead')
      return this.#databaseOf(databaseUrl)
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

  #setAside(name: string, note: string): void {
    const parameter = this.#cfg.parameters.findLast(
      (each) => each.name === name && each.modules.includes('dispatcher'),
    )
    if (parameter !== undefined) this.#report.restate(parameter, 'not translated', note)
  }

  /** Kamailio's own URL: it is not asked, for the database may be nowhere near. */
  #databaseOf(databaseUrl: string): Origin {
    const url = databaseUrl.replace(/^sqlite:\/\//, 'sqlite:')
    if (isDatabaseUrl(url)) return { kind: 'database', url, ask: false }
    this.#setAside('db_url', 'no such database is read: import again with --db and a dump')
    this.#todo.push(
      'Destinations come from a database that is not read here: import again with --db and a dump of its table.',
    )
    return { kind: 'none' }
  }
}
