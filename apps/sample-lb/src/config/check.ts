/** What the schema cannot see: keys that must fit each other, and the files they point to. */
import { parseUri, SipError, isSipUri } from '@sipwright/framework'
import { formatListen } from './address.js'
import { type Fault, quote } from './fault.js'
import { type ConfigValues } from './schema.js'
import { formatPath, type KeyPath, type YamlFile } from './yaml-file.js'

/** A configuration that fits together. */
export interface Config extends ConfigValues {
  /** Where relative paths start. */
  readonly directory: string
}

/** Checks across keys; every fault is found in one go. */
export function crossCheck(
  values: ConfigValues,
  file: YamlFile,
  directory: string,
): { readonly config: Config } | { readonly faults: readonly Fault[] } {
  const faults: Fault[] = []
  const refuse = (path: KeyPath, expected: string, found = quote(file.valueAt(path))): void => {
    faults.push({ place: file.place(path), key: formatPath(path), found, expected })
  }
  checkListeners(values, refuse)
  checkDestinations(values, refuse)
  return faults.length > 0 ? { faults } : { config: { ...values, directory } }
}

type Refuse = (path: KeyPath, expected: string, found?: string) => void

function checkListeners({ listen }: ConfigValues, refuse: Refuse): void {
  const seen = new Set<string>()
  for (const [index, { transport, address, port }] of listen.entries()) {
    const name = formatListen(transport, address, port)
    if (port !== 0 && seen.has(name)) {
      refuse(['listen', index], 'each listener once', quote(name))
    }
    seen.add(name)
  }
}

function checkDestinations({ dispatcher }: ConfigValues, refuse: Refuse): void {
  for (const [id, { destinations }] of Object.entries(dispatcher.sets)) {
    for (const [index, { uri }] of destinations.entries()) {
      const fault = faultOfUri(uri)
      const path = ['dispatcher', 'sets', id, 'destinations', index]
      if (fault !== undefined) refuse(path, fault, quote(uri))
    }
  }
}

function faultOfUri(text: string): string | undefined {
  const expected = 'a SIP URI such as sip:10.0.1.10:5060;transport=tcp'
  try {
    const uri = parseUri(text)
    if (!isSipUri(uri)) return expected
    if (uri.scheme === 'sips') {
      return 'a sip: URI: sips comes with TLS support, which is not available yet'
    }
    return undefined
  } catch (error) {
    if (error instanceof SipError) return expected
    throw error
  }
}
