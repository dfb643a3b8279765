/** How much of a message a stranger may make us read. */

/** Bounds on what a stranger may send. */
export interface MessageLimits {
  /** The whole message. Beyond: 513. */
  readonly messageBytes: number
  /** The header section, start line excluded. Beyond: 513. */
  readonly headerBytes: number
  /** One header field, its folds included. Beyond: 513. */
  readonly headerLineBytes: number
  /** Header fields. Beyond: 400. */
  readonly headers: number
  /** Via values. Beyond: 400. */
  readonly vias: number
  /** Route values. Beyond: 400. */
  readonly routes: number
  /** Beyond: 400. */
  readonly methodBytes: number
  /** The Request-URI. Beyond: 414. */
  readonly uriBytes: number
}

/** Room for every message of RFC 4475, and little more than a phone has a use for. */
export const defaultMessageLimits: MessageLimits = {
  messageBytes: 65_535,
  headerBytes: 16_384,
  headerLineBytes: 8_192,
  headers: 256,
  vias: 70,
  routes: 32,
  methodBytes: 64,
  uriBytes: 2_048,
}
