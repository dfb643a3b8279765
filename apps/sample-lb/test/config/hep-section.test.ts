import { expect, test } from '@jest/globals'
import { hep, hepOptions } from '#src/config/hep-section.js'

test('absent: nothing is sent; a server alone: node 1 without a password', () => {
  expect(hepOptions(hep.parse(undefined), '/')).toBeUndefined()
  const server = 'udp:127.0.0.1:9060'
  expect(hepOptions(hep.parse({ server }), '/')).toEqual({ server, captureId: 1 })
})

test('a password may be named, and one that is not there is an error', () => {
  const section = hep.parse({ server: 'tcp:127.0.0.1:9060', password: 'env:SIPWRIGHT_NO_SUCH' })
  expect(() => hepOptions(section, '/')).toThrow('SIPWRIGHT_NO_SUCH is not set')
})

test('a server that is none says what was expected', () => {
  expect(hep.safeParse({ server: '127.0.0.1' }).error?.issues[0]?.message).toBe(
    'udp: or tcp:, a host and a port, such as udp:127.0.0.1:9060',
  )
})
