/** What the endpoint counts: plain numbers, read when somebody asks. */
export class Counters {
  messagesReceived = 0
  requestsSent = 0
  responsesSent = 0
  /** Sent once more because no answer came: in `requestsSent`, too. RFC 3261 §17 */
  requestsResent = 0
  /** Sent once more because no ACK came: in `responsesSent`, too. */
  responsesResent = 0
  /** Dropped by an onReceive or onAdmit hook. */
  dropped = 0
  malformed = 0
  /** Refused without a transaction. */
  refused = 0
  /** Refusals that were not sent: their network has had enough, or they would be far larger than what they answer. */
  unsentRefusals = 0
  /** Responses that matched no transaction. RFC 6026 §8.9 */
  strayResponses = 0
  /** Times that a transport said a hop cannot be reached. */
  unreachable = 0
  /** Refused because too many transactions were alive. */
  overloaded = 0
  /** Our own errors, each in the log. */
  faults = 0
}
