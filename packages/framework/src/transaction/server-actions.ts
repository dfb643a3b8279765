/** What the arrows of both server figures do. RFC 3261 §17.2 */
import { type SipResponse } from '../message/message.js'
import { serialize } from '../message/serialize.js'
import { type ServerRecord, type TransactionEffect } from './transaction.js'

/** The request goes to the transaction user. */
export function passRequest(transaction: ServerRecord): TransactionEffect {
  return { kind: 'request', transaction }
}

/** The response leaves, and leaves again for every retransmission of the request. */
export function sendAndKeep(transaction: ServerRecord, response: SipResponse): TransactionEffect {
  const text = serialize(response)
  transaction.text = text
  return { kind: 'sendResponse', text, transaction, response }
}

/** The response leaves once. */
export function sendOnce(transaction: ServerRecord, response: SipResponse): TransactionEffect {
  return { kind: 'sendResponse', text: serialize(response), transaction, response }
}

/** The last response leaves again. */
export function sendLastAgain(transaction: ServerRecord): TransactionEffect {
  return { kind: 'sendResponse', text: transaction.text, transaction, response: undefined }
}

/** The last response is not sent again: its bytes are let go. */
export function release(transaction: ServerRecord): undefined {
  transaction.text = ''
}

/** The final response has left: what it answered is not needed to send it again. */
export function forgetRequest(transaction: ServerRecord): undefined {
  transaction.request = undefined
}
