/** From `requires` to the order in which plugins start. */
import { SipError } from '../errors.js'
import { type Plugin } from './plugin.js'

/**
 * The order of the list, changed only so that a required plugin starts first. Throws SIPW_ERR_PLUGIN_DUPLICATE,
 * SIPW_ERR_PLUGIN_MISSING and SIPW_ERR_PLUGIN_CYCLE.
 */
export function startOrder(plugins: readonly Plugin[]): readonly Plugin[] {
  const byName = new Map<string, Plugin>()
  for (const plugin of plugins) {
    if (byName.has(plugin.name)) throw new SipError('SIPW_ERR_PLUGIN_DUPLICATE', [plugin.name])
    byName.set(plugin.name, plugin)
  }
  const ordered = new Set<Plugin>()
  const place = (plugin: Plugin, path: readonly string[]): void => {
    if (ordered.has(plugin)) return
    const here = [...path, plugin.name]
    if (path.includes(plugin.name)) throw new SipError('SIPW_ERR_PLUGIN_CYCLE', [here.join(' → ')])
    for (const name of plugin.requires) {
      const required = byName.get(name)
      if (required === undefined) throw new SipError('SIPW_ERR_PLUGIN_MISSING', [plugin.name, name])
      place(required, here)
    }
    ordered.add(plugin)
  }
  for (const plugin of plugins) place(plugin, [])
  return [...ordered]
}
