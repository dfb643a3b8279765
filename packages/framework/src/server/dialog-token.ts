/**
 * The token that our Record-Route carries, so that a request inside a dialog proves that we let its first request
 * pass. Without it a stranger could write our address into a Route, invent a To tag, and have us send anything
 * anywhere. RFC 3261 §16.4, §26.1. With it goes, under the same signature, the mark of the target that was chosen: who
 * chose it knows it again, after a restart too.
 */
import { hash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { SipError } from '../errors.js'
import { type SipUri } from '../message/uri.js'

/** The URI parameter that holds it. */
export const tokenParameter = 'dlg'

/** The URI parameter that names the connection by which the caller came. */
export const flowParameter = 'flow'

/** Of hexadecimal digits: 96 bits. */
const signatureLength = 24
const separator = '.'

/** What a token belongs to: of any request of the dialog, whoever sends it. */
export interface DialogRequest {
  readonly callId: string
  readonly fromTag: string | undefined
  readonly toTag: string | undefined
}

export class DialogTokens {
  readonly #secret: string
  /** Connections are numbered anew by each process. */
  readonly #process = randomBytes(16).toString('hex')

  /** Nodes that share dialogs share a secret; without one it is this machine's own, the same after a restart. */
  constructor(secret = machineSecret()) {
    this.#secret = secret
  }

  /**
   * The token of all dialogs that the caller of this request opens through a target with that mark. SHA-256 over
   * secret, Call-ID, the caller's tag and the mark, cut to 96 bits: what is cut off keeps anybody from extending it.
   * Throws SIPW_ERR_TARGET_MARK.
   */
  of({ callId, fromTag }: Pick<DialogRequest, 'callId' | 'fromTag'>, mark = ''): string {
    if (mark === '') return this.#sign(callId, fromTag, mark)
    if (!isMark.test(mark)) throw new SipError('SIPW_ERR_TARGET_MARK', [mark])
    return this.#sign(callId, fromTag, mark) + separator + mark
  }

  /**
   * What the Route URIs of ours that were taken off a request within a dialog prove: the marks that they carry, each once,
   * or undefined if none is a token of this dialog. The caller's tag stands in From when he sends, else in To.
   */
  proven(taken: readonly SipUri[], request: DialogRequest): readonly string[] | undefined {
    let marks: readonly string[] | undefined = undefined
    let before: string | undefined = undefined
    for (const { params } of taken) {
      const token = params.get(tokenParameter)
      // A double Record-Route carries it twice.
      if (token === undefined || token === before) continue
      before = token
      const mark = this.#markOf(token, request)
      if (mark === undefined) continue
      marks ??= noMarks
      if (mark !== '' && !marks.includes(mark)) marks = [...marks, mark]
    }
    return marks
  }

  /** Names the connection by which the caller came, for requests of the callee: RFC 5626 §5.3. */
  flowOf(
    { callId, fromTag }: Pick<DialogRequest, 'callId' | 'fromTag'>,
    connection: number,
  ): string {
    return String(connection) + separator + this.#sign(callId, fromTag, this.#flowMark(connection))
  }

  /** The connection that it names; undefined: it is not one of this process, or not of this dialog. */
  provenFlow(text: string, { callId, fromTag, toTag }: DialogRequest): number | undefined {
    const [, digits = '', signature] = /^(\d{1,15})\.([\da-f]{24})$/.exec(text) ?? []
    if (signature === undefined) return undefined
    const mark = this.#flowMark(Number(digits))
    const isOurs =
      this.#sign(callId, toTag, mark) === signature ||
      this.#sign(callId, fromTag, mark) === signature
    return isOurs ? Number(digits) : undefined
  }

  /** A string that only those know who share the secret, another one for each purpose. */
  secretFor(purpose: string): string {
    return hash('sha256', `${this.#secret}\nfor ${purpose}`, 'hex')
  }

  /** No mark of a target has a blank. */
  #flowMark(connection: number): string {
    return `flow ${this.#process} ${connection}`
  }

  #markOf(token: string, { callId, fromTag, toTag }: DialogRequest): string | undefined {
    if (token.length < signatureLength) return undefined
    const marked = token.length > signatureLength
    if (marked && token[signatureLength] !== separator) return undefined
    const signature = token.slice(0, signatureLength)
    const mark = token.slice(signatureLength + 1)
    if (marked && !isMark.test(mark)) return undefined
    const proven =
      this.#sign(callId, fromTag, mark) === signature ||
      this.#sign(callId, toTag, mark) === signature
    return proven ? mark : undefined
  }

  #sign(callId: string, callerTag = '', mark: string): string {
    const text = `${this.#secret}\n${callId}\n${callerTag}\n${mark}`
    return hash('sha256', text, 'hex').slice(0, signatureLength)
  }
}

/** Nothing that would have to be escaped in a URI parameter. */
const isMark = /^[\w-]{1,64}$/
const noMarks: readonly string[] = []

/** Survives a restart, so that calls in progress do; unknown to the network. Random where there is no machine id. */
export function machineSecret(): string {
  try {
    const id = readFileSync('/etc/machine-id', 'latin1').trim()
    if (id.length >= 32) return hash('sha256', `sipwright dialogs\n${hostname()}\n${id}`, 'hex')
  } catch {
    // Not every system has one.
  }
  return randomBytes(32).toString('hex')
}
