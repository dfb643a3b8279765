/**
 * Headers that name another dialog: Replaces (RFC 3891), Join (RFC 3911), Target-Dialog (RFC 4538), In-Reply-To
 * (RFC 3261 §20.21), by themselves or in the headers of a Refer-To URI.
 */
import { type SipHeaders } from '@sipwright/framework'
import { type Disguise } from './inside-hosts.js'
import { type Names } from './names.js'

const dialogHeaders = ['Replaces', 'Join', 'Target-Dialog'] as const
/** Of RAck nothing is named; these hold no comma but In-Reply-To, which is a list. */
const listHeader = 'In-Reply-To'

type Rename = (name: string) => string

export class References {
  readonly #callIds: Names
  readonly #tags: Names

  constructor(callIds: Names, tags: Names) {
    this.#callIds = callIds
    this.#tags = tags
  }

  hide(headers: SipHeaders, disguise: Disguise): void {
    rename(
      headers,
      (callId) => this.#callIds.hide(callId, disguise),
      (tag) => this.#tags.hide(tag, disguise),
      (value) => disguise.mask(value),
    )
  }

  show(headers: SipHeaders): void {
    rename(
      headers,
      (callId) => this.#callIds.show(callId),
      (tag) => this.#tags.show(tag),
    )
  }

  /** What stands behind the `?` of a URI, for the outside. */
  hideInUri(text: string, disguise: Disguise): string {
    return renameInUri(
      text,
      (value) => {
        const renamed = renamedDialog(
          value,
          (callId) => this.#callIds.hide(callId, disguise),
          (tag) => this.#tags.hide(tag, disguise),
        )
        return disguise.mask(renamed)
      },
      (field) => disguise.mask(field),
    )
  }

  showInUri(text: string): string {
    return renameInUri(
      text,
      (value) =>
        renamedDialog(
          value,
          (callId) => this.#callIds.show(callId),
          (tag) => this.#tags.show(tag),
        ),
      (field) => field,
    )
  }
}

const unchanged = (value: string): string => value

function rename(headers: SipHeaders, callId: Rename, tag: Rename, whole = unchanged): void {
  for (const name of dialogHeaders) {
    const value = headers.get(name)
    if (value === undefined) continue
    const renamed = whole(renamedDialog(value, callId, tag))
    if (renamed !== value) headers.set(name, renamed)
  }
  if (!headers.has(listHeader)) return
  headers.set(listHeader, headers.values(listHeader).map(callId).join(', '))
}

/** `callid;to-tag=…;from-tag=…` */
function renamedDialog(value: string, callId: Rename, tag: Rename): string {
  const semi = value.indexOf(';')
  const id = (semi < 0 ? value : value.slice(0, semi)).trim()
  const params = semi < 0 ? '' : value.slice(semi)
  return (
    callId(id) +
    params.replaceAll(
      /((?:to|from|local|remote)-tag\s*=\s*)([^;,\s]+)/gi,
      (_, name: string, value: string) => name + tag(value),
    )
  )
}

function renameInUri(text: string, dialog: Rename, other: Rename): string {
  return text
    .split('&')
    .map((field) => {
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(field) ?? []
      if (!dialogHeaders.some((header) => header.toLowerCase() === name.toLowerCase())) {
        return other(field)
      }
      const plain = unescaped(value)
      return plain === undefined ? other(field) : `${name}=${encodeURIComponent(dialog(plain))}`
    })
    .join('&')
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
