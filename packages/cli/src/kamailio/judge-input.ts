/** Judges what of a kamailio.cfg is no route and no parameter: settings, modules, directives, and what is left out. */
import { basename } from 'node:path'
import { type Edge } from '../edge/edge.js'
import { redacted, secretive } from '../report/redact.js'
import { type Report } from '../report/report.js'
import { type Cfg, type Setting } from './cfg.js'
import { judgeModule } from './modules.js'
import { type Directive } from './preprocessor.js'
import { judgeSetting } from './settings.js'

export function judgeInput(cfg: Cfg, edge: Edge, report: Report): void {
  for (const directive of cfg.directives) judgeDirective(directive, report)
  for (const { why, ...stretch } of cfg.inactive) {
    report.add(stretch, '', 'inactive', `${redacted(why)}: Kamailio leaves this out, too`)
  }
  for (const setting of cfg.settings) judge(setting, edge, report)
  for (const module of cfg.modules) {
    const { verdict, note } = judgeModule(module.name)
    report.add(module, `loadmodule ${redacted(module.name)}`, verdict, note)
  }
  for (const other of cfg.others) {
    report.add(other, redacted(other.name), 'not translated', 'was not understood')
  }
}

function judge(setting: Setting, edge: Edge, report: Report): void {
  const { name, value } = setting
  if (name === 'listen' || name === 'port' || name === 'disable_tcp') return
  if (name === 'debug') {
    edge.logLevel = levelOf(value)
    report.add(setting, `debug=${value}`, 'translated', `\`log.level: ${edge.logLevel}\``)
    return
  }
  if (name === 'tcp_max_connections' && /^[1-9]\d{0,6}$/.test(value)) {
    edge.maxConnections = Number(value)
  }
  const { verdict, note } = judgeSetting(name)
  report.add(setting, redacted(`${name}=${secretive.test(name) ? '…' : value}`), verdict, note)
}

/** 3 debug, 2 info, 1 notice, 0 warning, below them errors. */
function levelOf(value: string): Edge['logLevel'] {
  const level = /^-?\d+$/.test(value) ? Number(value) : 2
  if (level >= 3) return 'debug'
  if (level >= 1) return 'info'
  return level === 0 ? 'warn' : 'error'
}

function judgeDirective(directive: Directive, report: Report): void {
  const { name, subject, outcome } = directive
  if (name === 'else' || name === 'endif') return
  const isFile = name.endsWith('_file')
  const shown = isFile
    ? `${name} "${redacted(basename(subject))}"`
    : `#!${name} ${redacted(subject)}`
  switch (outcome) {
    case 'done':
      report.add(directive, shown, 'translated', isFile ? 'read in its place' : doneWith(name))
      break
    case 'missing-file':
      report.add(directive, shown, 'translated', 'the file is not there, which import_file allows')
      break
    case 'not-literal':
      report.add(directive, shown, 'not translated', 'only literal texts are put in')
      break
    case 'not-evaluated':
      report.add(
        directive,
        shown,
        'not translated',
        'its value is not in the file; it is taken as not set',
      )
  }
}

function doneWith(name: string): string {
  return name.startsWith('if') ? 'what Kamailio reads is read' : 'put in where its name stands'
}
