/** A routes.ts that was written, compiled as a user's project would, and run as an app of its own. */
import { spawnSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ImportedFiles, repository } from './importer.js'
import { RunningProcess } from './processes.js'

const program = (port: number): string => `
import { createApp } from '@sipwright/framework'
import { dispatcher } from '@sipwright/plugin-dispatcher'
import { dispatcherOptions, KamailioRoutes } from './routes.js'

const app = await createApp({
  plugins: [dispatcher(dispatcherOptions('dispatcher.list'))],
  routes: [KamailioRoutes],
})
await app.listen('udp:127.0.0.1:${port}')
console.log('listening')
`

/** Compiles it with everything strict; throws with the compiler's words. */
export function compileRoutes({ folder }: ImportedFiles): void {
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    ...{ composite: false, declaration: false, declarationMap: false, sourceMap: false },
    ...{ noUnusedLocals: true, noUnusedParameters: true, incremental: false },
  }
  const config = {
    extends: join(repository, 'tsconfig.base.json'),
    compilerOptions,
    include: ['routes.ts', 'main.ts'],
    exclude: ['node_modules'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(repository, 'node_modules', 'typescript7', 'bin', 'tsc')
  const { status, stdout } = spawnSync('node', [compiler, '-p', folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`routes.ts does not compile: ${stdout}`)
}

/** Compiles and runs it; resolves when it listens. */
export async function runRoutes(imported: ImportedFiles, port: number): Promise<RunningProcess> {
  const { folder } = imported
  writeFileSync(join(folder, 'main.ts'), program(port))
  compileRoutes(imported)
  const process = new RunningProcess('node', [join(folder, 'main.js')], folder)
  await process.printed(/listening/)
  return process
}
