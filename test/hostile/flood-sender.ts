/**
 * A process that does nothing but send INVITEs: from one address, or each from another of 127.0.0.0/8, a socket of its own for each.
 * Arguments: `one` or `many`, port, packets per second, seconds, user that is called, and `dialog` if each is to look as if it
 * were within one. Prints how many it sent as JSON.
 */
import { createSocket, type Socket } from 'node:dgram'

const [kind = '', port = '', perSecond = '', seconds = '', user = '', within = ''] =
  process.argv.slice(2)
const mark = process.pid.toString(36)
const source = kind === 'one' ? open('127.9.9.9') : undefined
const tickMs = 5
let sent = 0

function open(address: string): Socket {
  const socket = createSocket({
    type: 'udp4',
    // Bound before this returns: every address here is numeric.
    lookup: (host, _options, done) => done(null, host, 4),
  })
  socket.bind(0, address)
  // A busy kernel may refuse one; the next is as good.
  socket.on('error', () => undefined)
  return socket
}

function invite(): string {
  const id = `${mark}${sent.toString(36)}`
  return [
    `INVITE sip:${user}@example.com SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:flood@example.com>;tag=${id}`,
    `To: <sip:${user}@example.com>${within === 'dialog' ? `;tag=${id}` : ''}`,
    `Call-ID: flood-${id}`,
    'CSeq: 1 INVITE',
    'Contact: <sip:flood@192.0.2.1>',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')
}

/** Not those below 127.16: the good ones live there. */
function anyAddress(): string {
  const draw = (below: number): number => Math.floor(Math.random() * below)
  return `127.${16 + draw(240)}.${draw(256)}.${1 + draw(254)}`
}

function sendOne(): void {
  const socket = source ?? open(anyAddress())
  socket.send(invite(), Number(port), '127.0.0.1', () => {
    if (source === undefined) socket.close()
  })
  sent++
}

const beganAt = performance.now()
let lastAt = beganAt
const timer = setInterval(() => {
  const now = performance.now()
  // What could not be sent in its time is not made up for: a flood is no burst.
  const due = (Math.min(now - lastAt, 4 * tickMs) * Number(perSecond)) / 1_000
  lastAt = now
  for (let n = 0; n < due; n++) sendOne()
  const elapsed = (now - beganAt) / 1_000
  if (elapsed < Number(seconds)) return
  clearInterval(timer)
  source?.close()
  console.log(JSON.stringify({ sent, perSecond: Math.round(sent / elapsed) }))
}, tickMs)
