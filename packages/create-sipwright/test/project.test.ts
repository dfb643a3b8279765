/** Every template as a user gets it: written, compiled strictly, its own tests run. */
import { afterAll, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ProjectFault, writeProject } from '#src/project.js'
import { type TemplateName, templates } from '#src/template.js'

const repository = join(import.meta.dirname, '..', '..', '..', '..')
const parent = mkdtempSync(join(tmpdir(), 'create-sipwright-'))
const run = promisify(execFile)
afterAll(() => rmSync(parent, { recursive: true }))

test.each(Object.keys(templates) as TemplateName[])(
  'the template %s compiles, and its tests pass',
  async (template) => {
    const folder = join(parent, template)
    writeProject({ folder, template, version: '1.2.3' })
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
    const { name, dependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as { name: string; dependencies: Record<string, string> }
    expect(name).toBe(template)
    expect(new Set(Object.values(dependencies))).toEqual(new Set(['^1.2.3']))

    await run('node', [join(repository, 'node_modules', 'typescript7', 'bin', 'tsc')], {
      cwd: folder,
    })
    const { stdout } = await run('node', ['--test', join('dist', 'test', 'edge.test.js')], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', ADMIN_PORT: '0' },
    })
    expect(stdout).toMatch(/^# pass [1-9]/m)
    expect(stdout).toContain('# fail 0')
    const imported = importsOf(folder)
    expect(Object.keys(dependencies).toSorted()).toEqual(imported)
  },
)

test('a folder that holds something is not touched', () => {
  const folder = join(parent, 'full')
  mkdirSync(folder)
  writeFileSync(join(folder, 'mine'), '')
  const write = () => writeProject({ folder, template: 'minimal', version: '1.2.3' })
  expect(write).toThrow(ProjectFault)
  expect(write).toThrow('not empty')
})

test('a name that npm would refuse is refused', () => {
  const folder = join(parent, 'My Edge')
  expect(() => writeProject({ folder, template: 'minimal', version: '1.2.3' })).toThrow('"My Edge"')
})

test('packages may come from a checkout, which must be compiled', () => {
  const folder = join(parent, 'linked')
  const options = { folder, template: 'minimal', version: '1.2.3' } as const
  expect(() => writeProject({ ...options, from: parent })).toThrow('npm run build')
  writeProject({ ...options, from: repository })
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  expect(text).toContain(`"file:${join(repository, 'packages', 'framework')}"`)
})

/** The packages of ours that its source imports. */
function importsOf(folder: string): readonly string[] {
  const text = readFileSync(join(folder, 'src', 'edge.ts'), 'utf8')
  const found = [...text.matchAll(/from '(@sipwright\/[\w-]+)'/g)].map(([, name]) => name!)
  return [...new Set(found)].toSorted()
}
