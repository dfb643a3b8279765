/** What is expected of SIPp's counts; where they differ, the difference shows all of them, with the reasons. */
import { expect } from '@jest/globals'

/** So many calls were made and every one of them succeeded. */
export function allSuccessful(calls: number): object {
  return expect.objectContaining({ created: calls, successful: calls, failed: 0 })
}
