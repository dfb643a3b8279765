export { trace } from './plugin.js'
export { traceConfig, type TraceConfig, type TraceInput } from './config.js'
export { type DecisionKind } from './entry.js'
export { ladderText } from './export/ladder.js'
export { mermaid } from './export/mermaid.js'
export { pcapOf, type CapturedMessage } from './export/pcap.js'
export { hep } from './hep/plugin.js'
export { hepConfig, type HepConfig, type HepInput } from './hep/config.js'
export { HepExporter } from './hep/exporter.js'
export { redacted } from './redaction.js'
export {
  cursorOf,
  newestFirst,
  Traces,
  type ShownTrace,
  type TraceChanges,
  type TraceEntry,
  type TraceFilter,
  type TraceSummary,
} from './view.js'
