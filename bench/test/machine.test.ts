import { expect, test } from '@jest/globals'
import { formatMachine, thisMachine } from '#src/machine.js'

test('a report names the processor, Node, Kamailio, the date and the commit', () => {
  const machine = {
    ...{ processor: 'Some CPU', cores: 2, node: '20.19.0', kernel: 'Linux 6', sipp: '3.6.1' },
    ...{ kamailio: undefined, date: '2026-01-31', commit: 'abcdef0' },
  }
  expect(formatMachine(machine)).toBe(
    'Some CPU, 2 cores · Linux 6 · Node 20.19.0 · no Kamailio · SIPp 3.6.1 · 2026-01-31 · commit abcdef0',
  )
})

test('this machine has a processor, and today is a day', () => {
  const machine = thisMachine(new Date('2026-01-31T12:00:00Z'))
  expect(machine).toMatchObject({ date: '2026-01-31', node: process.versions.node })
  expect(machine.cores).toBeGreaterThan(0)
})
