/** As much of SIP as far ends need that know what they are sent. */

export function linesOf(message: string): readonly string[] {
  const end = message.indexOf('\r\n\r\n')
  return (end < 0 ? message : message.slice(0, end)).split('\r\n')
}

/** Of a response; NaN of anything else. */
export function statusOf(response: string): number {
  return Number(/^SIP\/2\.0 (\d{3})/.exec(response)?.[1])
}

/** The first value, or nothing. */
export function headerOf(message: string, name: string): string {
  return valuesOf(message, name)[0] ?? ''
}

export function valuesOf(message: string, name: string): string[] {
  return linesOf(message)
    .filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).trim())
}
