/** What the arrows of both client figures do. RFC 3261 §17.1 */
import { type SipError } from '../errors.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { serialize } from '../message/serialize.js'
import { type ClientRecord, type TransactionEffect } from './transaction.js'

/** The request leaves; its bytes are kept where they may have to leave again. */
export function sendRequest(transaction: ClientRecord, request: SipRequest): TransactionEffect {
  const text = serialize(request)
  if (!transaction.reliable) transaction.text = text
  return { kind: 'sendRequest', text, transaction }
}

/** The response goes to the transaction user. */
export function deliver(transaction: ClientRecord, response: SipResponse): TransactionEffect {
  return { kind: 'response', transaction, response }
}

/** The transaction user hears that nobody answered. */
export function timeout(transaction: ClientRecord): TransactionEffect {
  return { kind: 'timeout', transaction }
}

/** The transaction user hears that the transport failed. */
export function report(transaction: ClientRecord, error: SipError): TransactionEffect {
  return { kind: 'transportError', transaction, error }
}

/** The request is not sent again: its bytes are let go. */
export function release(transaction: ClientRecord): undefined {
  transaction.text = ''
}

/**
 * The final response has come: until the last straggler has passed the key is kept and little more, for there are
 * many thousands of ended transactions.
 */
export function forget(transaction: ClientRecord): undefined {
  transaction.text = ''
  transaction.request = undefined
}
