/** What of a route is done only inside dialogs: it gets rows and no steps, for the framework does it. */
import { textOfArgument, type Statement } from '../kamailio/script.js'
import { meaningOf } from './conditions.js'
import { adviceOnFunction, isRelay, judgeFunction, relayIn } from './functions.js'
import { type StatementRows } from './statement-rows.js'

/** Judges statements that only requests inside dialogs come to. */
export function judgeDialog(statements: readonly Statement[], rows: StatementRows): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'leave':
        rows.leaving(statement, 'inside a dialog')
        break
      case 'call': {
        const [verdict, note] = inDialog(statement)
        rows.add(statement, verdict, note)
        break
      }
      case 'if': {
        const { kind } = meaningOf(statement.condition, 'request')
        const built = kind === 'constant' || relayIn(statement.condition) !== undefined
        if (built) rows.add(statement, 'translated', dialogs, statement.headLine)
        else rows.add(statement, 'approximated', dialogsAnyhow, statement.headLine)
        judgeDialog(statement.then, rows)
        judgeDialog(statement.otherwise, rows)
        break
      }
      case 'other':
        rows.add(
          statement,
          'not translated',
          'inside a dialog: @OnDialogRequest sees these requests',
        )
    }
  }
}

const dialogs = 'requests inside dialogs follow their route set by themselves'

const dialogsAnyhow = 'inside a dialog the request follows its route set, whatever this says'

function inDialog(
  statement: Extract<Statement, { kind: 'call' }>,
): readonly ['translated' | 'approximated' | 'not translated', string] {
  const { name, args } = statement
  const first = args[0] === undefined ? undefined : textOfArgument(args[0])
  if (isRelay(name)) return ['translated', dialogs]
  if (name === 'route') return ['approximated', `${dialogs}; what else that route does is not done`]
  if (/reply$/.test(name)) {
    return ['approximated', 'a request of a dialog that did not begin here is refused with 403']
  }
  if (name === 'record_route')
    return ['approximated', 'inside a dialog the route set stays as it is']
  const known = judgeFunction(name, first)
  if (known !== undefined)
    return [known.verdict === 'translated' ? 'translated' : 'approximated', known.note]
  return ['not translated', `inside a dialog: ${adviceOnFunction(name)}`]
}
