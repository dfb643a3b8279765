import { expect, test } from '@jest/globals'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { edge } from '#src/registrar-affinity.js'

const users = Array.from({ length: 60 }, (_, index) => `user${index}`)

test("a phone's REGISTER and the calls to it meet the same registrar", async () => {
  const app = await edge()
  for (const user of users.slice(0, 20)) {
    const aor = `sip:${user}@example.com`
    const registered = await app.inject({
      ...{ method: 'REGISTER', uri: 'sip:example.com', headers: { To: `<${aor}>` } },
    })
    const called = await app.inject({ method: 'INVITE', uri: `sip:${user}@EXAMPLE.com:5060;lr` })
    expect(called.branches[0]?.target.uri).toBe(registered.branches[0]?.target.uri)
  }
})

test('a registrar that is gone moves its own phones only', async () => {
  const app = await edge()
  const place = async () => {
    const to = new Map<string, string>()
    for (const user of users) {
      const { branches } = await app.inject({ method: 'INVITE', uri: `sip:${user}@example.com` })
      to.set(user, branches[0]!.target.uri)
    }
    return to
  }
  const before = await place()
  expect(new Set(before.values()).size).toBe(3)
  app.resolve(Dispatcher).setAdminState('registrars', 'sip:10.0.1.11', 'maintenance')
  for (const [user, registrar] of await place()) {
    const expected =
      before.get(user) === 'sip:10.0.1.11' ? expect.not.stringMatching(/\.11$/) : before.get(user)
    expect(registrar).toEqual(expected)
  }
})
