/** What `explain` says by REST is what the next call with that Call-ID does, on the wire. Issue 6 */
import { afterEach, expect, test } from '@jest/globals'
import { algorithmNames, Dispatcher } from '@sipwright/plugin-dispatcher'
import { SeededChance } from '@sipwright/framework/testing'
import { FarEnd, request, run, runningEdge, type RunningEdge } from '../running-edge.js'

const ends: FarEnd[] = []
let edge: RunningEdge | undefined

afterEach(async () => {
  await edge?.app.close()
  edge = undefined
  for (const each of ends.splice(0)) each.close()
})

/** These draw anew for each request; the explanation says so, and names the candidates. */
const drawing = new Set(['random', 'kamailio:6', 'power-of-two'])

test.each(algorithmNames)(
  '%s: explain names the destination that the next call with that Call-ID takes',
  async (algorithm) => {
    const caller = await FarEnd.open()
    const backends = await Promise.all([0, 1, 2, 3].map(() => FarEnd.open()))
    ends.push(caller, ...backends)
    const byUri = new Map(backends.map((each) => [`sip:127.0.0.1:${each.port}`, each]))
    for (const each of backends) each.answers('486 Busy Here')
    edge = await runningEdge({
      sets: {
        1: {
          algorithm,
          destinations: [...byUri.keys()].map((uri, index) => ({
            ...{ uri, id: `fs${index}`, weight: 10 * (index + 1), maxLoad: 100 },
            attrs: { duid: `fs${index}`, rweight: String(index + 1) },
          })),
        },
      },
    })
    const dispatcher = edge.app.resolve(Dispatcher)
    const chance = new SeededChance(algorithm.length)
    for (let call = 0; call < 25; call++) {
      const callId = `call-${Math.floor(chance.random() * 1_000)}-${call}`
      const one = `fs${Math.floor(chance.random() * 4)}`
      if (call % 5 === 4)
        dispatcher.setAdminState('1', one, chance.random() < 0.5 ? 'drain' : 'ready')
      const uri = 'sip:1@example.com'
      const from = 'sip:alice@example.com'
      const args = [
        '--set',
        '1',
        '--call-id',
        callId,
        '--uri',
        uri,
        '--from',
        from,
        '--to',
        'sip:bob@example.com',
      ]
      const { status, stdout } = await run(['dispatcher', 'explain', ...args, '--json'], edge.url)
      expect(status).toBe(0)
      const { candidates, sets } = JSON.parse(stdout) as Explained
      caller.send(request('INVITE', '1', caller, { callId }), edge.port)
      const hit = await Promise.race(
        [...byUri].map(([uri, backend]) =>
          backend.hears(new RegExp(`^INVITE[^]*Call-ID: ${callId}\r`)).then(() => uri),
        ),
      )
      await caller.hears(new RegExp(`^SIP/2\\.0 486[^]*Call-ID: ${callId}\r`))
      const uris = candidates.map((each) => each.uri)
      if (drawing.has(algorithm)) {
        expect(sets[0]!.certainty).toBe('drawn')
        expect(uris).toContain(hit)
      } else {
        expect(sets[0]!.certainty).toBe('exact')
        expect([callId, hit]).toEqual([callId, uris[0]])
      }
    }
  },
)

interface Explained {
  readonly sets: readonly { readonly certainty: string }[]
  readonly candidates: readonly { readonly uri: string }[]
}
