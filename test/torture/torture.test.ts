/**
 * Every message of RFC 4475 and RFC 5118 through a whole app, as a plain proxy (profile `open`) and as an edge. What
 * must become of each is in packages/framework/test/torture/index.tsv; where we choose among what the RFC leaves
 * open, or decide otherwise, it says so here, with the reason.
 */
import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SipHeaders } from '@sipwright/framework'
import { sourceOf, type Verdict, verdictOn } from './rig.js'

interface Row {
  readonly file: string
  readonly transport: string
  readonly section: string
  readonly verdict: string
  readonly status: string
  readonly edgeVerdict: string
  readonly reason: string
}

const folder = join(
  dirname(fileURLToPath(import.meta.url)),
  '../../../packages/framework/test/torture',
)

const rows = readFileSync(join(folder, 'index.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line): Row => {
    const [
      file = '',
      transport = '',
      ,
      section = '',
      ,
      verdict = '',
      status = '',
      ,
      edge = '',
      ,
      reason = '',
    ] = line.split('\t')
    return { file, transport, section, verdict, status, edgeVerdict: edge, reason }
  })
  .filter(({ verdict }) => verdict !== 'n/a')

/** Names in Routes and in Request-URIs within a dialog would be looked up: here they stand for addresses. */
const addresses: Readonly<Record<string, string>> = {
  'rfc4475/wsinv.dat': 'services.example.com',
  'rfc5118/mult-ip-in-header.sip': 'host.example.net',
}

/**
 * Where our edge decides otherwise than index.tsv: a request within a dialog whose Route does not name us belongs to
 * a dialog that we never carried, since we stay in the path of those that we carry (§16.6 step 4). To forward it
 * would make us an open relay for whoever invents a To tag.
 */
const edgeDecisions: Readonly<Record<string, string>> = {
  'rfc5118/via-received-param-with-delim.sip': '403',
  'rfc5118/mult-ip-in-header.sip': '403',
}

function textOf(file: string): string {
  const text = readFileSync(join(folder, file), 'latin1')
  const name = addresses[file]
  return name === undefined ? text : text.replace(name, '192.0.2.90')
}

function expected({ verdict, status }: Row): readonly string[] {
  return verdict === 'reject' ? status.split(',') : [verdict]
}

function expectedAtEdge(row: Row): readonly string[] {
  const decision = edgeDecisions[row.file]
  if (decision !== undefined) return [decision]
  const status = /^reject:(\d+) ?(?!.*when auth)/.exec(row.edgeVerdict)?.[1]
  return status === undefined ? expected(row) : [status]
}

test('all 65 scored messages are here', () => {
  expect(rows).toHaveLength(65)
})

for (const row of rows) {
  const { file, transport, section } = row
  const rfc = file.startsWith('rfc4475') ? 'RFC 4475' : 'RFC 5118'
  const what = `${file} (${rfc} §${section}: ${row.reason})`

  test(`open: ${what}: ${expected(row).join(' or ')}`, async () => {
    const text = textOf(file)
    const verdict = await verdictOn(text, transport, 'open')
    expect([row.file, expected(row)]).toEqual([row.file, expect.arrayContaining([verdict.outcome])])
    hold(verdict, text, transport)
  })

  test(`edge: ${what}: ${expectedAtEdge(row).join(' or ')}`, async () => {
    const text = textOf(file)
    const verdict = await verdictOn(text, transport, 'edge')
    expect([row.file, expectedAtEdge(row)]).toEqual([
      row.file,
      expect.arrayContaining([verdict.outcome]),
    ])
    hold(verdict, text, transport)
  })
}

/** What holds for every message, whatever becomes of it. */
function hold({ forwarded, replies, outcome }: Verdict, text: string, transport: string): void {
  for (const reply of replies) expect(reply).toMatch(/^SIP\/2\.0 [2-6]\d\d /)
  if (outcome !== 'forward') {
    expect(forwarded).toEqual([])
    expect(replies).toHaveLength(outcome === 'drop' ? 0 : 1)
    return
  }
  // One request, which is the one that came but for the lines that are a proxy's.
  const [copy] = forwarded.map((sent) => new Lines(sent))
  const came = new Lines(text)
  expect(new Set(forwarded.map((sent) => new Lines(sent).ofOthers.join(''))).size).toBe(1)
  expect(copy!.ofOthers).toEqual(came.ofOthers)
  expect(copy!.body).toBe(came.body)
  expect(copy!.vias.slice(2)).toEqual(came.vias.slice(1))
  expect(copy!.vias[1]).toContain(
    came.vias[0]!.includes(sourceOf[transport]!) ? '' : `;received=${sourceOf[transport] ?? ''}`,
  )
  expect(copy!.maxForwards).toBe(came.maxForwards === undefined ? 70 : came.maxForwards - 1)
}

/** A message cut by hand: a second opinion on the parser. */
class Lines {
  readonly startLine: string
  /** Header lines with their folds, those that a proxy may change left out. */
  readonly ofOthers: readonly string[]
  readonly vias: readonly string[]
  readonly maxForwards: number | undefined
  readonly body: string

  constructor(text: string) {
    const end = text.indexOf('\r\n\r\n')
    const [startLine = '', ...lines] = text.slice(0, end).split(/\r\n(?![ \t])/)
    this.startLine = startLine
    const named = (name: RegExp) => lines.filter((line) => name.test(line))
    const proxys = /^(v|via|max-forwards|route|l|content-length|max-breadth)[ \t]*:/i
    this.ofOthers = lines.filter((line) => !proxys.test(line))
    this.vias = named(/^(v|via)[ \t]*:/i).flatMap((line) =>
      SipHeaders.of([['Via', plain(line)]]).values('Via'),
    )
    const forwards = named(/^max-forwards/i)[0]
    this.maxForwards = forwards === undefined ? undefined : Number(plain(forwards))
    const length = named(/^(l|content-length)[ \t]*:/i)[0]
    const rest = text.slice(end + 4)
    this.body = length === undefined ? rest : rest.slice(0, Number(plain(length)))
  }
}

function plain(line: string): string {
  return line
    .slice(line.indexOf(':') + 1)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .trim()
}
