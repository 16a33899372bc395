import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {neverRun} from '../../../../rehearsal/trials/compatibility/never-run.ts'
import {javaVersions, nameOf, packers, rows, titles} from '../../../../rehearsal/trials/compatibility/rows.ts'
import {readActionFile} from '../../../../rehearsal/runner/action-file.ts'
import {sourceNames} from '../../../../src/inputs/distributions.ts'
import {readInputs} from '../../../../src/inputs/inputs.ts'
import {defaults, type InputName} from '../../../../src/inputs/defaults.ts'
import {messageOf} from '../../../../src/lib/errors.ts'

const root = join(import.meta.dirname, '../../../..')
const page = readFileSync(join(root, 'docs', 'compatibility.md'), 'utf8')

/** What the action takes for an input, from its own refusal of something else. */
function taken(name: InputName): string[] {
  const given: Record<string, string> = {...defaults, 'aws-region': 'eu-west-1', [name]: 'something-else'}
  try {
    readInputs({GITHUB_WORKSPACE: root}, join(root, 'templates', 'jenkins'), (input) => given[input] ?? '')
  } catch (error) {
    const [, list = ''] = /expected (.*)/.exec(messageOf(error)) ?? []
    return [...list.matchAll(/[\w.-]*\d[\w.-]*/g)].map(([word]) => word)
  }
  return []
}

it('has every distribution and every Java that the action takes, and the Packer that it installs', async () => {
  expect(Object.keys(titles).toSorted()).toEqual([...sourceNames].toSorted())
  expect(taken('java-version')).toEqual(javaVersions)
  expect(packers).toContain((await readActionFile(root)).defaults.get('packer-version'))
})

it('has a row for each of them', () => {
  const names = rows.map(nameOf)
  for (const title of Object.values(titles)) {
    for (const java of javaVersions) expect(names).toContain(`${title}, Java ${java}`)
  }
  for (const packer of packers) expect(names.filter((name) => name.startsWith(`Packer ${packer}, `))).toHaveLength(4)
})

it('has the page of a run of all rows, with what was never run', () => {
  const listed = [...page.matchAll(/^\| ((?:Packer [\d.]+, |.*, Java \d).*?) \|/gm)].map(([, name]) => name)
  expect(listed).toEqual(rows.map(nameOf))
  for (const {what} of neverRun) expect(page).toContain(`\n| ${what} | `)
  expect(page).not.toContain('**failed**')
})

it('says which Node the action runs on, as action.yml does', () => {
  const [, node] = /using: (node\d+)/.exec(readFileSync(join(root, 'action.yml'), 'utf8')) ?? []
  expect(page).toContain(`Node ${node?.slice(4)}.`)
  expect(page).toContain(`(\`using: ${node}\`)`)
})
