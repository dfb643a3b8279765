/** RFC 3261 §20.16 */
export interface CSeq {
  readonly number: number
  readonly method: string
}

/** Parses `314159 INVITE`; the number is below 2^31. RFC 3261 §8.1.1.5 */
export declare function parseCSeq(text: string): CSeq
