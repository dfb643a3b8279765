/** A stranger who sends far more than anybody may, from an address of this machine that nobody else uses. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

export const floodSource = '127.0.0.66'

const rounds = 20
const pauseMs = 50

/** More messages than that within two seconds are a flood: the demo's own callers send fewer. */
export function floodThreshold(cps: number): number {
  return Math.ceil(400 + 20 * cps)
}

/** Sends about `messages` within a second; how many it were. */
export async function flood(sipPort: number, messages: number): Promise<number> {
  const perRound = Math.ceil(messages / rounds)
  const socket = createSocket('udp4')
  socket.bind(0, floodSource)
  await once(socket, 'listening')
  const { port } = socket.address()
  for (let round = 0; round < rounds; round++) {
    for (let number = 0; number < perRound; number++) {
      socket.send(options(port, `${round}-${number}`), sipPort, '127.0.0.1')
    }
    await sleep(pauseMs)
  }
  socket.close()
  return rounds * perRound
}

function options(port: number, name: string): string {
  return [
    'OPTIONS sip:anybody@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP ${floodSource}:${port};branch=z9hG4bKflood${name}`,
    'Max-Forwards: 70',
    `From: <sip:stranger@${floodSource}>;tag=${name}`,
    'To: <sip:anybody@127.0.0.1>',
    `Call-ID: flood-${name}-${port}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}
