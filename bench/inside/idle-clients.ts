/** Opens TCP connections, asks OPTIONS once on each, says `open` to its parent, and holds them. Arguments: port, how many. */
import { connect } from 'node:net'

const [port = 0, count = 0] = process.argv.slice(2).map(Number)
/** Opened at one time: more would overflow the listener's queue. */
const atOnce = 64

process.once('disconnect', () => process.exit())
let begun = 0
let answered = 0
for (let index = 0; index < Math.min(atOnce, count); index++) open()

function open(): void {
  const index = begun++
  const socket = connect(port, '127.0.0.1', () => socket.write(optionsText(index)))
  socket.once('data', () => {
    answered++
    if (begun < count) open()
    else if (answered === count) process.send?.('open')
  })
  socket.once('error', (error) => {
    process.send?.(error.message)
    process.exit(1)
  })
}

function optionsText(index: number): string {
  return [
    `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/TCP 127.0.0.1:5062;branch=z9hG4bKidle${index}`,
    'Max-Forwards: 70',
    `From: <sip:idle@127.0.0.1>;tag=${index}`,
    `To: <sip:127.0.0.1:${port}>`,
    `Call-ID: idle-${process.pid}-${index}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}
