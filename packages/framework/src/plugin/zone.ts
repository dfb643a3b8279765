/** Zones that plugins know of. */

/** Which of the parties at an address is meant, where several share one. */
export interface ZonePort {
  readonly port: number
  readonly transport: string
}

/** The zone of an address that the configuration puts in none; `at` is absent where any party there is meant. */
export type ZoneLookUp = (address: string, at?: ZonePort) => string | undefined
