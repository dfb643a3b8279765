/** Drivers are loaded when a database is configured; who has none installs none. */
import { SipError } from '@sipwright/framework'

/** What `load` imports. Throws SIPW_ERR_SQL_DRIVER where the package is not installed. */
export async function driver<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    throw new SipError('SIPW_ERR_SQL_DRIVER', [name, name], { cause })
  }
}
