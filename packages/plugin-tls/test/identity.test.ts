import { expect, test } from '@jest/globals'
import { type PeerCertificate } from 'node:tls'
import { faultOfIdentity, identitiesOf } from '#src/identity.js'

function certificate(subjectaltname: string | undefined, CN?: string): PeerCertificate {
  return { subjectaltname, subject: { CN } } as unknown as PeerCertificate
}

test('the identities are sip URIs without a user, and DNS names (RFC 5922 §7.1)', () => {
  const names = 'DNS:Example.COM, URI:sip:edge.example.com, URI:sip:alice@example.com, URI:http://x'
  expect(identitiesOf(certificate(names, 'other.example'))).toEqual([
    ...['sip:edge.example.com', 'example.com'],
  ])
})

test('the common name counts only where no alternative name says anything (RFC 5922 §7.1)', () => {
  expect(identitiesOf(certificate(undefined, 'Edge.example'))).toEqual(['edge.example'])
  expect(identitiesOf(certificate('URI:http://x', 'edge.example'))).toEqual([])
  expect(identitiesOf(certificate(undefined))).toEqual([])
})

test('a name that only looks like two is one: commas stand in quotes', () => {
  const sly = 'DNS:"a.example, DNS:victim.example", DNS:b.example'
  expect(identitiesOf(certificate(sly))).toEqual(['a.example, dns:victim.example', 'b.example'])
  expect(faultOfIdentity('victim.example', certificate(sly))).toMatch(/not victim\.example/)
})

test.each([
  ['gw.example.com', 'DNS:gw.example.com', undefined],
  ['GW.example.com', 'URI:sip:gw.example.com', undefined],
  ['gw.example.com', 'URI:sips:gw.example.com', undefined],
  ['192.0.2.1', 'IP Address:192.0.2.1', undefined],
  ['gw.example.com', 'DNS:*.example.com', /names \*\.example\.com, not gw\.example\.com/],
  ['example.com', 'DNS:gw.example.com', /not example\.com/],
  ['192.0.2.1', 'DNS:gw.example.com', /not 192\.0\.2\.1/],
  ['gw.example.com', '', /names nobody/],
])('%s by %s (RFC 5922 §7.2)', (host, names, fault) => {
  const found = faultOfIdentity(host, certificate(names))
  if (fault === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(fault)
})
