import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect, it} from '@jest/globals'
import {whyNot} from '../../rehearsal/machines/nspawn/driver.ts'
import {notRun, scenarioPackers} from '../../rehearsal/host/packers/scenario-packers.ts'
import {distributionVersion} from '../../rehearsal/host/packers/versions.ts'
import {jenkinsVersion} from './real-jenkins.ts'
import {play} from './scenario.ts'

const run = promisify(execFile)

/** Installs Debian's package (4 MB) where it is missing. @returns why there is none */
async function installAnsible(): Promise<string | undefined> {
  const isThere = (): Promise<boolean> => run('ansible-playbook', ['--version']).then(Boolean, () => false)
  if (await isThere()) return undefined
  const install = ['install', '--yes', '--no-install-recommends', 'ansible-core']
  const options = {env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'}}
  await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...install], options).catch(() => undefined)
  return (await isThere()) ? undefined : 'apt-get could not install ansible-core'
}

// The current Packer's Ansible plugin is on GitHub alone; the distribution's has it built in.
const title = 'a template provisioned by Ansible, on a real machine'
const {packer, missing = ''} = (await scenarioPackers()).distributions
const reason = packer ? ((await whyNot()) ?? (await installAnsible())) : missing
const declare = reason === undefined ? describe : describe.skip

declare(reason === undefined ? title : notRun(title, reason), () => {
  it(`is baked and its image verified (Packer ${distributionVersion})`, async () => {
    if (!packer) return
    const template = join(import.meta.dirname, 'ansible', 'own.pkr.hcl')
    const bake = await play(packer, {driver: 'nspawn', inputs: {template}})
    expect(bake).toMatchObject({exitCode: 0, leftovers: []})
    expect(bake.outputs).toMatchObject({
      'ami-name': 'jenkins-by-ansible',
      verdict: 'verified',
      'jenkins-version': jenkinsVersion
    })
    expect(bake.log).toMatch(/TASK \[Install Jenkins\][\s\S]*failed=0/)
  }, 300_000)
})
