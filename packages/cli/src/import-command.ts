/** `sipwright import kamailio`: reads, translates, writes, and says in a few lines what came of it. */
import { SipError } from '@sipwright/framework'
import { importKamailio } from './kamailio-import.js'
import { writeFiles } from './output.js'

export interface ImportOptions {
  readonly cfg?: string
  readonly list?: string
  readonly db?: string
  readonly out: string
  readonly force?: boolean
  readonly json?: boolean
}

/** The exit status: 0, or 2 for what cannot be read or written. */
export async function importCommand(options: ImportOptions): Promise<number> {
  const { cfg, list, db, out, force = false, json = false } = options
  if (cfg === undefined && list === undefined && db === undefined) {
    process.stderr.write('nothing to import: give --cfg, --list or --db\n')
    return 2
  }
  try {
    const { files, rows, totals, todo } = await importKamailio({ cfg, list, db })
    const written = writeFiles(out, files, force)
    if (json) {
      process.stdout.write(`${JSON.stringify({ written, totals, todo, rows })}\n`)
      return 0
    }
    const counts = Object.entries(totals).map(([verdict, count]) => `${count} ${verdict}`)
    const lines = [
      `wrote ${written.join(', ')}`,
      counts.join(', '),
      ...todo.map((each) => `to do: ${each}`),
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof SipError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}
