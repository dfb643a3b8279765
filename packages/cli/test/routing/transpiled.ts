/** A routes.ts that was made, as the class that it holds, in an app on virtual time. */
import { writeFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type App, createApp, type RouteClass } from '@sipwright/framework'
import { dispatcher, type DispatcherInput } from '@sipwright/plugin-dispatcher'
import ts from 'typescript'
import { type Looked } from '../rig.js'

const modules = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', '..', '..', 'node_modules'],
)
const quiet = { error() {}, warn() {}, info() {}, debug() {} }

interface Made {
  readonly KamailioRoutes: RouteClass
  readonly dispatcherOptions: (source: string) => DispatcherInput
}

/** The app of what was imported, with the destinations of its list. */
export async function appOf({ folder, file }: Looked): Promise<App> {
  const { outputText, diagnostics } = ts.transpileModule(file('routes.ts'), {
    reportDiagnostics: true,
    compilerOptions: {
      ...{ module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      ...{ experimentalDecorators: true, useDefineForClassFields: false },
    },
  })
  if (diagnostics !== undefined && diagnostics.length > 0) {
    throw new Error(diagnostics.map(({ messageText }) => JSON.stringify(messageText)).join())
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'routes.js'), outputText)
  writeFileSync(join(folder, 'dispatcher.list'), file('dispatcher.list'))
  symlinkSync(modules, join(folder, 'node_modules'))
  const made = (await import(join(folder, 'routes.js'))) as Made
  return createApp({
    plugins: [dispatcher(made.dispatcherOptions(join(folder, 'dispatcher.list')))],
    routes: [made.KamailioRoutes],
    log: quiet,
  })
}
