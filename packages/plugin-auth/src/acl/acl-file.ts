/** A file of blocks: `allow 192.0.2.0/24`, `deny 2001:db8::/32`, or the name of a group and a block, one a line. */
import { parseCidr, SipError } from '@sipwright/framework'
import { type AclEntries } from './acl.js'

/** What the file lists. Throws SIPW_ERR_AUTH_LIST that names every faulty line; `file` is for that. */
export function parseAcl(text: string, file: string): AclEntries {
  const groups = new Map<string, string[]>([
    ['allow', []],
    ['deny', []],
  ])
  const faults: string[] = []
  text.split('\n').forEach((row, index) => {
    const line = row.replace(/#.*$/, '').trim()
    if (line === '') return
    const [name = '', block = '', ...rest] = line.split(/\s+/)
    if (!isGroupName(name) || rest.length > 0 || !isBlock(block)) {
      const found = JSON.stringify(line.slice(0, longestQuote))
      faults.push(`line ${index + 1}: found ${found}, expected allow, deny or a group, and a block`)
      return
    }
    const blocks = groups.get(name) ?? []
    groups.set(name, blocks)
    blocks.push(block)
  })
  if (faults.length > 0) throw new SipError('SIPW_ERR_AUTH_LIST', [file, faults.join('; ')])
  const { allow = [], deny = [], ...named } = Object.fromEntries(groups)
  return { allow, deny, groups: named }
}

/** Whether a group may be called so: letters, digits, hyphens. */
export function isGroupName(name: string): boolean {
  return /^[A-Za-z][\w-]{0,63}$/.test(name)
}

const longestQuote = 60

function isBlock(text: string): boolean {
  try {
    parseCidr(text)
    return true
  } catch {
    return false
  }
}
