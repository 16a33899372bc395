import {mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {expect, it} from '@jest/globals'
import {ownTemplate, use} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withCurrentPacker, withPacker} from './scenario.ts'

const secret = 'an-example-secret-0123456789'

/** The files below RUNNER_TEMP whose names or contents have the secret, and how many there are at all. */
function lookInTemp(logFile: string): {secret: string[]; bake: string[]} {
  const work = join(dirname(logFile), 'work')
  const runs = readdirSync(work).filter((name) => name.startsWith('action-run-'))
  if (runs.length !== 1) throw new Error(`expected one run in ${work}, found ${runs.length}`)
  const temp = join(work, runs[0] ?? '', 'temp')
  const names = readdirSync(temp, {recursive: true, encoding: 'utf8'})
  const isSecret = (name: string): boolean => {
    const file = join(temp, name)
    return name.includes(secret) || (statSync(file).isFile() && readFileSync(file, 'latin1').includes(secret))
  }
  return {secret: names.filter((name) => isSecret(name)), bake: names.filter((name) => /bake-jenkins-ami/.test(name))}
}

const ends = [
  ['a good end', {}, 0],
  ['a script that fails', {script: '# light-machine: exit 9'}, 1],
  ['a rejected image', {jenkins: 'boot-failure'}, 1],
  ['a cancel in the build', {cancelAt: 'CreateImage'}, undefined],
  ['a kill in the build', {killAt: 'packer:RunInstances:after'}, 137],
  ['a kill in the smoke test', {killAt: 'Probe'}, 137],
  ['a kill in the sweep', {killAt: 'DeleteSecurityGroup#2'}, 137],
  ['something that cannot be removed', {faults: ['TerminateInstances']}, 1]
] as const

withPacker((packer) => {
  it.each(ends)('leaves no value of vars in the temporary folder after %s', async (_, end, exitCode) => {
    const script = `#!/bin/sh\n# installs jenkins\n${'script' in end ? end.script : ''}\n`
    const template = ownTemplate({
      script,
      variables: {licence: ''},
      settings: {user_data: `key=${use('HCL2', 'licence')}`}
    })
    let seen: ReturnType<typeof lookInTemp> | undefined
    const {jenkins, cancelAt, killAt} = {jenkins: undefined, cancelAt: undefined, killAt: undefined, ...end}
    const run = await play(packer, {
      inputs: {
        template,
        vars: `licence=${secret}`,
        'smoke-user-data': `#!/bin/sh\n# ${secret}`,
        'bake-timeout': '5m'
      },
      ...(jenkins ? {jenkins} : {}),
      ...(cancelAt ? {cancelAt} : {}),
      ...(killAt ? {killAt} : {}),
      ...('faults' in end
        ? {
            faults: end.faults.map(
              (action) => ({at: {by: 'action', action, nth: 1}, kind: 'denied', times: Infinity}) as const
            )
          }
        : {}),
      afterwards: async (__, {logFile}) => void (seen = lookInTemp(logFile))
    })
    expect(run.exitCode).toBe(exitCode ?? run.exitCode)
    expect(seen).toEqual({secret: [], bake: []})
  })
})

withCurrentPacker((packer) => {
  it.each([
    ['a good end', {}],
    ['a kill in the build', {killAt: 'packer:RunInstances:after'}]
  ])(
    'leaves nothing of jenkins-casc, setup-script and smoke-user-data in the temporary folder after %s',
    async (_, end) => {
      const workspace = mkdtempSync(join(tmpdir(), 'secret-files-'))
      mkdirSync(join(workspace, 'casc'))
      writeFileSync(join(workspace, 'casc', 'jenkins.yaml'), `jenkins:\n  systemMessage: ${secret}\n`)
      const script = join(workspace, 'setup.sh')
      writeFileSync(script, `# ${secret}\n`)
      let seen: ReturnType<typeof lookInTemp> | undefined
      const run = await play(packer, {
        inputs: {
          'jenkins-casc': join(workspace, 'casc'),
          'setup-script': script,
          'smoke-user-data': `#!/bin/sh\n# ${secret}`
        },
        ...end,
        afterwards: async (__, {logFile}) => void (seen = lookInTemp(logFile))
      })
      expect(run.exitCode).toBe('killAt' in end ? 137 : 0)
      expect(seen).toEqual({secret: [], bake: []})
    }
  )
})
