/** One balancer under test, doing the same job as the others: round robin over two backends, failover armed. */
import { type RunningProcess } from '@sipwright/test/system/processes.js'
import { type Workload } from '../load/workload.js'

/** What a system is started for. */
export interface Job {
  readonly workload: Workload
  readonly port: number
  readonly backends: readonly number[]
  /** The processor that it is pinned to; undefined: any. */
  readonly cpu: number | undefined
  /** Processes or threads that share the work. */
  readonly workers: number
}

export interface SystemUnderTest {
  readonly name: string
  /** What must be installed for it. */
  readonly command?: string
  /** Where callers stand. Default: 127.0.0.1, as backends. */
  readonly callersFrom?: string
  /** Per second, how much of this workload it is asked for at most; 0: it cannot do the job. */
  maxRate(workload: Workload): number
  /** What its output says of how it reaches the network. */
  how?(output: string): string | undefined
  /** Starts it and waits until it takes requests. */
  start(job: Job): Promise<RunningProcess>
}
