/** Whether a response is that of the password. Work is the same for every user, and for one who does not exist. */
import { type Account } from '../users/account.js'
import { type DigestAlgorithm, ha1, type DigestInput, responseOf, sameText } from './algorithm.js'

/** What there is to check. */
export interface Proof extends DigestInput {
  readonly user: string
  readonly realm: string
  readonly algorithm: DigestAlgorithm
  /** What came. */
  readonly response: string
}

export class Verifier {
  /** Responses computed, for tests: time is what it costs, and this is what it is spent on. */
  computations = 0
  /** Stands for the password of who has none. */
  readonly #decoy: string

  constructor(secret: string) {
    this.#decoy = secret
  }

  /** An account without a hash for this algorithm proves nothing. */
  proves(account: Account | undefined, proof: Proof): boolean {
    const { algorithm, user, realm } = proof
    this.computations++
    const { password, ha1: kept } = account ?? nobody
    const computed = ha1(algorithm, user, realm, password ?? this.#decoy)
    const a1 = kept[algorithm] ?? computed
    const isRight = sameText(responseOf(algorithm, a1, proof), proof.response)
    return isRight && (kept[algorithm] ?? password) !== undefined
  }
}

const nobody: Account = { ha1: {} }
