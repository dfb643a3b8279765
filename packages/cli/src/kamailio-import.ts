/** The import itself: from what was read of Kamailio to the texts of the files that are written. Writes nothing. */
import { basename, resolve } from 'node:path'
import { emptyEdge, type Edge } from './edge/edge.js'
import { lbFile } from './edge/lb-file.js'
import { applyListeners } from './edge/listeners.js'
import { applyParameters, type DispatcherParameters } from './edge/parameters.js'
import { type Cfg, readCfg } from './kamailio/cfg.js'
import { judgeInput } from './kamailio/judge-input.js'
import { unguarded } from './kamailio/settings.js'
import { callsIn } from './kamailio/script.js'
import { type Place, refusal } from './kamailio/token.js'
import { migrationFile } from './report/migration.js'
import { Report, type Row, totalsOf, type Totals } from './report/report.js'
import { programOf, retryingFailures } from './routing/program.js'
import { routesFile } from './routing/routes-file.js'
import { applyFailover } from './routing/failover.js'
import { applyRules } from './routing/rules.js'
import { isSelect, selectionOf } from './routing/selections.js'
import { Destinations } from './sets/destinations.js'
import { originOf } from './sets/origin.js'

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
    const origin = originOf(this.#input, cfg, parameters, this.#report, this.#todo)
    const live = origin.kind === 'database'
    const { failover } = parameters
    const program = programOf(cfg, { failover, live }, this.#report)
    this.#defineSets(cfg, parameters, live)
    const ignored = applyRules(program, edge, this.#report)
    if (edge.route.length === 0 && failover) {
      edge.failover.maxAttempts = 100
      applyFailover(retryingFailures(cfg, { failover, live }), edge)
    }
    const destinations = new Destinations(edge, this.#report, this.#todo, this.#files)
    const known = await destinations.read(origin, parameters)
    this.#completeRoutes(cfg, known)
    this.#warn(ignored)
    return this.#imported(routesFile({ program, edge, files: cfg.files }))
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
