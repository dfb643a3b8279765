/** The rows of statements: each judged where it stands, shown by its first line. */
import { type Cfg } from '../kamailio/cfg.js'
import { type Statement } from '../kamailio/script.js'
import { redacted } from '../report/redact.js'
import { type Report, type Verdict } from '../report/report.js'

export class StatementRows {
  readonly #files: Cfg['files']
  readonly #report: Report

  constructor({ files }: Cfg, report: Report) {
    this.#files = files
    this.#report = report
  }

  /** `endLine`: of a block, the last line of its head. */
  add(statement: Statement, verdict: Verdict, note: string, endLine = statement.endLine): void {
    const { file, line } = statement
    const text = this.#files.get(file)?.[line - 1] ?? ''
    this.#report.add({ file, line, endLine }, redacted(text), verdict, note)
  }

  /** Of what leaves a block: one that stands behind something on its own line is part of it. */
  leaving(statement: Statement, note: string): void {
    if (this.#report.covers(statement.file, statement.line)) return
    this.add(statement, 'translated', note)
  }
}
