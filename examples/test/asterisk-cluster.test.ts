import { expect, test } from '@jest/globals'
import { edge } from '#src/asterisk-cluster.js'

const full = {
  uris: ['sip:10.0.1.10', 'sip:10.0.1.11'],
  spare: 'sip:10.0.2.10',
  maxLoad: 1,
  status: 'http://{host}:8088/status',
}

test('the fewest calls first; what is beyond every maxLoad goes to the spare machine', async () => {
  const app = await edge(full)
  const to: (string | undefined)[] = []
  for (let call = 0; call < 3; call++) {
    const { branches } = await app.inject({ method: 'INVITE', uri: 'sip:600@example.com' })
    to.push(branches[0]?.target.uri)
  }
  expect(to).toEqual(['sip:10.0.1.10', 'sip:10.0.1.11', 'sip:10.0.2.10'])
})
