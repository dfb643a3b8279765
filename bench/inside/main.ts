/** The process in which one measure runs alone: `in-child.ts` starts it. Arguments: its name, its options as JSON. */
import { measureConnections, type ConnectionsOptions } from './connections.js'
import { type Inside } from './in-child.js'
import { measureParse, type ParseOptions } from './parse.js'
import { measureSelection, type SelectionOptions } from './selection.js'
import { measureTimers, type TimersOptions } from './timers.js'
import { measureTransactions, type TransactionsOptions } from './transactions.js'

const [name = '', json = '{}'] = process.argv.slice(2)
const options: unknown = JSON.parse(json)
process.stdout.write(`result ${JSON.stringify(await measure(name as Inside))}\n`)

async function measure(inside: Inside): Promise<unknown> {
  switch (inside) {
    case 'selection':
      return measureSelection(options as SelectionOptions)
    case 'parse':
      return measureParse(options as ParseOptions)
    case 'timers':
      return measureTimers(options as TimersOptions)
    case 'transactions':
      return measureTransactions(options as TransactionsOptions)
    case 'connections':
      return measureConnections(options as ConnectionsOptions)
  }
}
