import { expect, test } from '@jest/globals'
import { measureConnections } from '#src/inside/connections.js'

test('idle connections are real ones, opened by another process', async () => {
  const { connections, heap } = await measureConnections({ connections: 10 })
  expect(connections).toBe(10)
  expect(Number.isFinite(heap)).toBe(true)
})
