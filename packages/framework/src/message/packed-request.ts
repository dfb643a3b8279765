/**
 * A request at rest: one string until somebody looks at it again. A proxy remembers an INVITE for 64·T1 after its
 * final response, in case a second one comes; an index of its lines and all that was parsed of it would be several
 * times its text, and the collector would copy it twice.
 */
import { SipHeaders } from './headers.js'
import { flat } from './kept.js'
import { indexLines } from './lines.js'
import { SipRequest } from './message.js'
import { methodName } from './method.js'
import { serialize } from './serialize.js'

export class PackedRequest {
  readonly #text: string

  /** What was edited is packed as edited. */
  constructor(request: SipRequest) {
    this.#text = flat(serialize(request))
  }

  /** The request as it was, with nothing parsed. */
  unpack(): SipRequest {
    const text = this.#text
    const methodTo = text.indexOf(' ')
    const uriTo = text.indexOf(' ', methodTo + 1)
    const { rows, used, bodyAt } = indexLines(text, text.indexOf('\r\n') + 2, boundless)
    const headers = new SipHeaders(text, rows, used)
    const uri = text.slice(methodTo + 1, uriTo)
    return new SipRequest(methodName(text, 0, methodTo), uri, headers, text.slice(bodyAt), true)
  }
}

/** It has been let in before, and handlers may have made it longer. */
const boundless = {
  messageBytes: Infinity,
  headerBytes: Infinity,
  headerLineBytes: Infinity,
  headers: Infinity,
  vias: Infinity,
  routes: Infinity,
  uriBytes: Infinity,
  methodBytes: Infinity,
}
