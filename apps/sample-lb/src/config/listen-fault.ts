/** A listener that could not be bound, told like any other fault of the file. */
import { type SipError } from '@sipwright/framework'
import { formatListen } from './address.js'
import { type Config } from './check.js'
import { type Fault, quote } from './fault.js'
import { formatPath, type YamlFile } from './yaml-file.js'

/** `error` is the SIPW_ERR_LISTEN of the framework, whose text names address and port. */
export function faultOfListen(error: SipError, { listen }: Config, file: YamlFile): Fault {
  if (error.message.includes('admin:')) {
    return {
      place: file.place(['admin', 'listen']),
      key: 'admin.listen',
      found: error.message,
      expected,
    }
  }
  const told = error.message.toLowerCase()
  const named = ({ address, port }: Config['listen'][number]): boolean =>
    told.includes(address) && told.includes(String(port))
  const exact = listen.findIndex((other) => named(other) && told.includes(`${other.transport}:`))
  const index = exact < 0 ? listen.findIndex(named) : exact
  const listener = listen[index]
  if (listener === undefined) {
    return { place: file.place(['listen']), key: 'listen', found: error.message, expected }
  }
  const { transport, address, port } = listener
  const found = `${quote(formatListen(transport, address, port))} (${error.message})`
  const path = ['listen', index]
  return { place: file.place(path), key: formatPath(path), found, expected }
}

const expected = 'an address of this machine and a port that is free'
