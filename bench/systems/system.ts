/** One balancer under test, doing the same job as the others: round robin over two backends, failover armed. */
import { type RunningProcess } from '@sipwright/test/system/processes.js'

export interface SystemUnderTest {
  readonly name: string
  /** Calls per second that it is asked for at most. */
  readonly maxRate: number
  /** Starts it, pinned to processor 0, and waits until it takes calls. */
  start(port: number, backends: readonly number[]): Promise<RunningProcess>
}

/** The processor of the system under test; the load runs on the other. */
export const systemCpu = 0
export const loadCpu = 1
