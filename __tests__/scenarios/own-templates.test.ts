import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {expect, it} from '@jest/globals'
import type {LogLine} from '../../rehearsal/runner/log.ts'
import {hostileOutput, shortOutput} from '../properties/hostile-output.ts'
import {install, ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withPacker} from './scenario.ts'

withPacker((packer) => {
  it('bakes and tests the image of a template that knows nothing of this action', async () => {
    const run = await play(packer, {inputs: {template: ownTemplate()}})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.outputs).toMatchObject({'ami-name': 'own', verdict: 'verified', deregistered: 'false'})
  })

  it.each(['RunInstances#1', 'CreateImage'])(
    'leaves nothing of it, although it sets no tags, when it is killed at %s',
    async (killAt) => {
      const run = await play(packer, {killAt, inputs: {template: ownTemplate()}})
      expect(run).toMatchObject({exitCode: 137, leftovers: []})
    }
  )

  it('removes its encrypted copy too, which is the image that it reports', async () => {
    const inputs = {template: ownTemplate({settings: {encrypt_boot: true}}), deregister: 'always'}
    const run = await play(packer, {inputs})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.outputs).toMatchObject({verdict: 'verified', deregistered: 'true'})
  })

  it('fails with what Packer said when its script fails', async () => {
    const run = await play(packer, {inputs: {template: ownTemplate({script: `${install}# light-machine: exit 3\n`})}})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toMatch(/The build failed in the script setup\.sh\.[\s\S]*\namazon-ebs\.own: .*exit status: 3/)
  })

  it('lets the machine say nothing to the runner', async () => {
    const template = ownTemplate()
    // As bytes: some of them are no text. What comes before each of them tells that the log has it.
    const prints = hostileOutput.flatMap(({bytes}, index) =>
      [`case ${index}.`, ...bytes.toString('latin1').split('\n')].map((line) => `# light-machine: print ${line}\n`)
    )
    writeFileSync(join(dirname(template), 'setup.sh'), Buffer.from(install + prints.join(''), 'latin1'))
    const lines: LogLine[] = []
    const run = await play(packer, {inputs: {template}, onLine: (line) => void lines.push(line)})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.outputs['ami-id']).toMatch(/^ami-[0-9a-f]{17}$/)
    expect(run.outputs).toMatchObject({'ami-name': 'own', amis: JSON.stringify({'us-east-1': run.outputs['ami-id']})})
    expect(Object.keys(run.outputs)).toHaveLength(20)
    const shown = lines.filter(({text}) => text.startsWith('amazon-ebs.own │ '))
    const isShown = (index: number): boolean => shown.some(({text}) => text.endsWith(`│ case ${index}.`))
    // Packer itself shows no more of a script that has printed a line beyond 64 KB; these come last.
    expect([...shortOutput.keys()].filter((index) => !isShown(index))).toEqual([])
    expect(run.log).toContain('amazon-ebs.own │ ::set-output name=ami-id::ami-666')
    expect(run.log).not.toContain('***')
    // The groups are the action's own.
    expect(lines.filter(({kind}) => !['text', 'group', 'endgroup'].includes(kind))).toEqual([])
    expect(lines.filter(({kind, text}) => kind === 'group' && !/^(\w+ )*\w+$/.test(text))).toEqual([])
  })
})

withPacker((packer) => {
  // Where the reader of templates cannot see them; what it sees is refused before (ownTemplatesInputs.test.ts).
  it('says what is wrong when it has keys of its own that AWS refuses', async () => {
    const keys = join(mkdtempSync(join(tmpdir(), 'keys-')), 'credentials')
    writeKeys(keys, {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-the-secret'})
    const run = await play(packer, {inputs: {template: ownTemplate({settings: {shared_credentials_file: keys}})}})
    expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
    expect(run.log).toContain('The template works with AWS credentials of its own')
  })

  it('stops it when it has keys of its own that AWS accepts', async () => {
    const keys = join(mkdtempSync(join(tmpdir(), 'keys-')), 'credentials')
    const run = await play(packer, {
      inputs: {template: ownTemplate({settings: {shared_credentials_file: keys}})},
      onCloud: ({cloud: {administrator}}) => writeKeys(keys, administrator)
    })
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toContain('The template works with AWS credentials of its own')
  })
})

function writeKeys(file: string, {accessKeyId, secretAccessKey}: {accessKeyId: string; secretAccessKey: string}): void {
  writeFileSync(file, `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`)
}
