/**
 * Draws the tables of the machines as the figures that they were written from, in Mermaid: docs/figures.
 * `node tools/draw-machines.mjs` writes them anew.
 */
import { inviteClientMachine } from './invite-client.js'
import { inviteServerMachine } from './invite-server.js'
import { type Arrow, type Box, type Machine } from './machine.js'
import { nonInviteClientMachine } from './non-invite-client.js'
import { nonInviteServerMachine } from './non-invite-server.js'

/** File name and Markdown text of each figure. */
export function figures(): (readonly [name: string, text: string])[] {
  return [
    ['invite-client', page('INVITE client transaction', clientFive, inviteClientMachine)],
    ['non-invite-client', page('Non-INVITE client transaction', clientSix, nonInviteClientMachine)],
    ['invite-server', page('INVITE server transaction', serverSeven, inviteServerMachine)],
    [
      'non-invite-server',
      page('Non-INVITE server transaction', serverEight, nonInviteServerMachine),
    ],
  ]
}

const clientFive =
  'RFC 3261 §17.1.1, Figure 5, with Accepted and Timer M of RFC 6026. The box `abandoned` is our own.'
const clientSix = 'RFC 3261 §17.1.2, Figure 6. The box `abandoned` is our own.'
const serverSeven =
  'RFC 3261 §17.2.1, Figure 7, with Accepted and Timer L of RFC 6026. `trying` is the part of Proceeding before any response; `timer 100` is its 200 ms.'
const serverEight =
  'RFC 3261 §17.2.2, Figure 8. `expiry` ends a request that can no longer be answered in time (RFC 4320).'

function page(title: string, source: string, machine: Machine<string, never>): string {
  return [
    `# ${title}`,
    '',
    source,
    '',
    `A box shows the timers that run in it; an arrow, its input and what is done. An input without an arrow is absorbed. Drawn from \`packages/framework/src/transaction\` by \`node tools/draw-machines.mjs\`.`,
    '',
    '```mermaid',
    `${drawMachine(machine)}\`\`\``,
    '',
  ].join('\n')
}

/** One state diagram. Words for the arrows are the inputs and the names of the actions. */
export function drawMachine(machine: Machine<string, never>): string {
  const lines = ['stateDiagram-v2']
  for (const [state, box] of Object.entries(machine)) {
    if (box.timers.length === 0) continue
    const timers = box.timers.map((timer) => (timer.length === 1 ? `Timer ${timer}` : timer))
    lines.push(`  state "${state} (${timers.join(', ')})" as ${state}`)
  }
  for (const [state, box] of Object.entries(machine)) {
    for (const [input, arrow] of arrows(box)) {
      const from = state === 'new' ? '[*]' : state
      lines.push(`  ${from} --> ${arrow.to ?? state}: ${label(input, arrow)}`)
    }
  }
  lines.push('  terminated --> [*]')
  return `${lines.join('\n')}\n`
}

function arrows(box: Box<string, never>): [string, Arrow<string, never, never>][] {
  return Object.entries(box.on)
}

function label(input: string, arrow: Arrow<string, never, never>): string {
  const actions = arrow.do.map((action) => words(action.name))
  return [words(input), actions.join(', ')].filter((part) => part !== '').join(' / ')
}

/** `sendLastAgain` → `send last again`, `timerA` → `timer A`. */
function words(name: string): string {
  const timer = /^timer(.+)$/.exec(name)
  if (timer !== null) return `timer ${timer[1] ?? ''}`
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
