import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { edge } from '#src/digest-auth.js'

const uri = 'sip:600@example.com'
const from = '<sip:sales1@example.com>;tag=a'

/** What a phone computes, RFC 7616 §3.4.1. */
function credentials(challenge: string, password: string): string {
  const nonce = /nonce="([^"]+)"/.exec(challenge)![1]!
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const ha1 = hash(`sales1:example.com:${password}`)
  const response = hash(`${ha1}:${nonce}:00000001:c0ffee:auth:${hash(`INVITE:${uri}`)}`)
  return (
    `Digest username="sales1", realm="example.com", nonce="${nonce}", uri="${uri}", ` +
    `algorithm=SHA-256, qop=auth, nc=00000001, cnonce="c0ffee", response="${response}"`
  )
}

async function called(password: string, caller = from) {
  const app = await edge({ sales1: 'correct horse' })
  const headers = { From: caller }
  const asked = await app.inject({ method: 'INVITE', uri, headers })
  expect(asked.status).toBe(407)
  const challenge = asked
    .response!.headers.getAll('Proxy-Authenticate')
    .find((each) => each.includes('SHA-256'))!
  return app.inject({
    ...{ method: 'INVITE', uri },
    headers: { ...headers, 'Proxy-Authorization': credentials(challenge, password) },
  })
}

test('with the right password the call goes on, without its credentials and with a proven identity', async () => {
  const call = await called('correct horse')
  expect([call.status, call.branches[0]?.target.uri]).toEqual([200, 'sip:10.0.1.11'])
  const { headers } = call.branches[0]!.request!
  expect(headers.has('Proxy-Authorization')).toBe(false)
  expect(headers.get('P-Asserted-Identity')).toContain('sip:sales1@example.com')
})

test('with a wrong one he is asked again, and who calls as somebody else is refused', async () => {
  expect((await called('battery staple')).status).toBe(407)
  expect((await called('correct horse', '<sip:boss@example.com>;tag=a')).status).toBe(403)
})
