/** A trace as a Mermaid sequence diagram, for documents and issues. */
import { type ShownTrace } from '../view.js'

export function mermaid({ parties, entries }: ShownTrace): string {
  const names = new Map(parties.map(({ address }, index) => [address, `p${index}`]))
  const edge = names.get(parties[1]?.address ?? '') ?? 'p0'
  const lines = ['sequenceDiagram']
  for (const { address, name } of parties) {
    lines.push(`  participant ${names.get(address) ?? edge} as ${plain(`${name} ${address}`)}`)
  }
  for (const entry of entries) {
    const at = `+${(entry.offsetMs / 1_000).toFixed(3)}s`
    if (entry.kind === 'decision') {
      lines.push(`  Note over ${edge}: ${at} ${plain(entry.text)}`)
      continue
    }
    const again = entry.retransmission ? ' (again)' : ''
    const [one, other] = [names.get(entry.from) ?? edge, names.get(entry.to) ?? edge]
    const head = entry.retransmission ? '--)' : '->>'
    lines.push(`  ${one}${head}${other}: ${at} ${plain(entry.label)}${again}`)
  }
  return `${lines.join('\n')}\n`
}

/** Characters that mean something to Mermaid become its entities. */
function plain(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/[;#<>"&]/g, (each) => `#${each.charCodeAt(0)};`)
}
