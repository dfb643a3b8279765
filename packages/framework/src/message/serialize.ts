import { type SipMessage } from './message.js'

/**
 * The message as it leaves, latin1. Lines that nobody touched are the bytes that came in. Content-Length
 * is set to the body's length when missing or different. §18.3, §20.14
 */
export declare function serialize(message: SipMessage): string
