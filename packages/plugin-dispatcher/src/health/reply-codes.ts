/** Which answers to a probe count as success. */

/** A status, or a range of them: `404`, `'404'`, `'480-489'`. */
export type ReplyCode = number | string

/** The statuses that a list of codes and ranges accepts; 2xx always among them. */
export class ReplyCodes {
  readonly #ranges: readonly (readonly [from: number, to: number])[]

  constructor(codes: readonly ReplyCode[]) {
    this.#ranges = codes.map((code) => {
      const range = parseReplyCode(code)
      if (range === undefined) throw new RangeError(`not a status or a range of them: ${code}`)
      return range
    })
  }

  accepts(status: number): boolean {
    if (status >= 200 && status <= 299) return true
    return this.#ranges.some(([from, to]) => from <= status && status <= to)
  }
}

/** Whether a list of codes and ranges has that status. */
export function isListed(status: number, codes: readonly ReplyCode[]): boolean {
  return codes.some((code) => {
    const [from, to] = parseReplyCode(code) ?? [0, 0]
    return from <= status && status <= to
  })
}

/** The first and last status of a code or range of final responses; undefined if it is none. */
export function parseReplyCode(code: ReplyCode): readonly [from: number, to: number] | undefined {
  const match = /^([2-6]\d\d)(?:-([2-6]\d\d))?$/.exec(String(code))
  if (match === null) return undefined
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return from <= to ? [from, to] : undefined
}
