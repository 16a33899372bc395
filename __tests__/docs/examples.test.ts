import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {parse} from 'yaml'

const root = join(import.meta.dirname, '../..')
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')

interface Step {
  readonly name?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions: Readonly<Record<string, string>>
  readonly 'timeout-minutes': number
  readonly env?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly concurrency: {readonly group: string; readonly 'cancel-in-progress': boolean}
  readonly jobs: Readonly<Record<string, Job>>
}

/** Where each of our actions is declared, by what a workflow calls it. */
const ours: Readonly<Record<string, string>> = {
  'OWNER/bake-jenkins-ami@v1': 'action.yml',
  'OWNER/bake-jenkins-ami/promote@v1': 'promote/action.yml',
  'OWNER/bake-jenkins-ami/rehearse@v1': 'rehearse/action.yml',
  'OWNER/bake-jenkins-ami/sweep@v1': 'sweep/action.yml'
}

/** The names under `with:` that our action does not have as an input. */
function unknownInputs({uses = '', with: given = {}}: Step): string[] {
  const file = ours[uses]
  if (file === undefined) throw new Error(`no action of ours is called ${uses}`)
  const {inputs} = parse(read(file)) as {inputs: Record<string, unknown>}
  return Object.keys(given).filter((name) => !Object.hasOwn(inputs, name))
}

const files = readdirSync(join(root, 'examples'))
const pinned = new Set(
  readdirSync(join(root, '.github/workflows')).flatMap((file) =>
    [...read('.github/workflows', file).matchAll(/uses: (\S+@[0-9a-f]{40} # v[\d.]+)$/gm)].map(([, action]) => action)
  )
)

it('has the workflows that the README names', () => {
  expect(files.toSorted()).toEqual([
    'approval.yml',
    'multi-region.yml',
    'nightly.yml',
    'own-template.yml',
    'pull-request.yml',
    'sweep.yml'
  ])
})

describe.each(files)('examples/%s', (file) => {
  const source = read('examples', file)
  const workflow = parse(source) as Workflow
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps)
  const ownSteps = steps.filter(({uses = ''}) => ours[uses] !== undefined)

  it('gives our action inputs that it has', () => {
    expect(ownSteps).not.toEqual([])
    expect(ownSteps.flatMap(unknownInputs)).toEqual([])
  })

  it('pins the actions of others as the workflows of this repository do', () => {
    const others = [...source.matchAll(/uses: (.+)$/gm)]
      .map(([, action = '']) => action)
      .filter((one) => !(one in ours))
    expect(others.filter((action) => !pinned.has(action))).toEqual([])
  })

  it('has no more rights than it needs, an end, and one run at a time', () => {
    expect(workflow.permissions).toEqual({})
    for (const {permissions, steps: own} of jobs) {
      const uses = (action: RegExp): boolean => own.some((step) => action.test(step.uses ?? ''))
      expect(permissions).toEqual({
        ...(uses(/^actions\/checkout@/) ? {contents: 'read'} : {}),
        ...(uses(/\/rehearse@/) ? {} : {'id-token': 'write'})
      })
    }
    expect(jobs.every((job) => job['timeout-minutes'] > 0)).toBe(true)
    expect(workflow.concurrency).toEqual({
      group: expect.any(String),
      'cancel-in-progress': file === 'pull-request.yml'
    })
  })

  it.each(jobs.flatMap(({env = {}}) => Object.keys(env)))(
    'ends at its first step, with the name, without the variable %s',
    (missing) => {
      const [job] = jobs
      const {env = {}, steps: [first] = []} = job ?? {}
      const values = Object.fromEntries(Object.keys(env).map((name) => [name, 'value']))
      expect(env).toEqual(Object.fromEntries(Object.keys(env).map((name) => [name, `\${{ vars.${name} }}`])))
      const start = (given: Readonly<Record<string, string>>) =>
        spawnSync('bash', ['--norc', '-e', '-c', first?.run ?? ''], {
          env: given,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe']
        })
      expect(start(values)).toMatchObject({status: 0, stderr: ''})
      const failed = start({...values, [missing]: ''})
      expect(failed.status).not.toBe(0)
      expect(failed.stderr).toContain(missing)
    }
  )
})

it('bakes pull requests with a role of their own, and keeps none of their images', () => {
  const {jobs} = parse(read('examples/pull-request.yml')) as Workflow
  const given = Object.values(jobs).flatMap(({steps}) => steps.map((step) => step.with ?? {}))
  expect(given).toContainEqual(
    expect.objectContaining({'role-to-assume': '${{ env.PULL_REQUEST_ROLE_ARN }}', deregister: 'always'})
  )
})

it('gives our action inputs that it has in the workflow that others call', () => {
  const {jobs, on} = parse(read('.github/workflows/bake.yml')) as Workflow & {
    readonly on: {readonly workflow_call: {readonly inputs: Readonly<Record<string, unknown>>}}
  }
  const steps = Object.values(jobs).flatMap((job) => job.steps)
  const own = steps.find(({uses = ''}) => ours[uses] !== undefined)
  expect(own && unknownInputs(own)).toEqual([])
  const {environment, ...inputs} = on.workflow_call.inputs
  expect(environment).toBeDefined()
  expect(own?.with).toEqual(Object.fromEntries(Object.keys(inputs).map((name) => [name, `\${{ inputs.${name} }}`])))
})

it.each(readdirSync(join(root, '.github/workflows')))(
  'is written in YAML: the workflow %s of this repository',
  (file) => {
    expect(parse(read('.github/workflows', file))).toMatchObject({name: expect.any(String), jobs: expect.any(Object)})
  }
)

it.each([
  'README.md',
  ...readdirSync(join(root, 'docs'), 'utf8')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
])('names only inputs that our action has in the steps of %s', (page) => {
  const blocks = [...read(page).matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map(([, , block = '']) => block)
  const steps = blocks
    .filter((block) => block.includes('OWNER/bake-jenkins-ami'))
    .flatMap((block) => stepsIn(parse(block)))
  expect(steps.flatMap(unknownInputs)).toEqual([])
})

/** The steps with an action of ours, wherever they are in a piece of a workflow. */
function stepsIn(node: unknown): Step[] {
  if (typeof node !== 'object' || node === null) return []
  const {uses = ''} = node as Step
  return [...(uses.startsWith('OWNER/') ? [node as Step] : []), ...Object.values(node).flatMap(stepsIn)]
}
