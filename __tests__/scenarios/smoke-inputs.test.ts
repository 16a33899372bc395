import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, it} from '@jest/globals'
import {EC2} from '@aws-sdk/client-ec2'
import type {Leftover, LocalCloud} from '../../rehearsal/index.ts'
import {sweepAfterwards, createClock} from '../../rehearsal/trials/matrix/account-sweep.ts'
import {furnishProfile, profileName} from './instance-profile.ts'
import {play, withCurrentPacker} from './scenario.ts'

const folder = mkdtempSync(join(tmpdir(), 'smoke-inputs-'))
afterAll(() => rmSync(folder, {recursive: true}))

function script(lines: string): string {
  const file = join(folder, 'check.sh')
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
  return file
}

withCurrentPacker((packer) => {
  it('runs the user’s own check, without a token, on a machine with the instance profile', async () => {
    let profile: string | undefined
    const run = await play(packer, {
      inputs: {
        'smoke-script': script(
          'echo "asked $JENKINS_URL of $AMI_ID"; env | grep -c "TOKEN\\|AWS_ACCESS\\|INPUT_" || true'
        ),
        'smoke-instance-profile': profileName
      },
      onCloud: furnishProfile,
      async afterwards({cloud: {endpoint, region, administrator: credentials}}) {
        const {Reservations = []} = await new EC2({endpoint, region, credentials}).describeInstances()
        profile = Reservations.flatMap(({Instances = []}) => Instances).at(-1)?.IamInstanceProfile?.Arn
      }
    })
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(run.log).toMatch(new RegExp(`asked http://127\\.[\\d.]+:8080/ of ${run.outputs['ami-id']}`))
    expect(run.log).toMatch(/smoke-script │ 0/)
    expect(profile).toContain(`instance-profile/${profileName}`)
    expect(run.summary).toMatch(/\| Jenkins was \| .*ready from \d+ s on \|/)
  })

  it('rejects the image if that check finds something', async () => {
    const run = await play(packer, {inputs: {'smoke-script': script('echo "no agents can connect" >&2; exit 3')}})
    expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'rejected', deregistered: 'true'}})
    expect(run.log).toContain('The image was rejected: the smoke-script ended with 3.')
    expect(run.summary).toContain('no agents can connect')
  })

  it('keeps a rejected image and its machine for a look, until the sweep action removes them', async () => {
    const clock = createClock()
    const seen: {early: readonly Leftover[]; late: readonly Leftover[]}[] = []
    const states: (string | undefined)[] = []
    const run = await play(packer, {
      inputs: {'keep-failed-for': '45m'},
      jenkins: 'wrong-version',
      now: clock.now,
      async afterwards(local: LocalCloud, {outputs}) {
        const {endpoint, region, administrator: credentials} = local.cloud
        const {Images: [image] = []} = await new EC2({endpoint, region, credentials}).describeImages({
          ImageIds: [outputs['ami-id'] ?? '']
        })
        states.push(image?.State)
        const {leftovers: early} = await sweepAfterwards(local, folder)
        await clock.expire(local.cloud)
        const {leftovers: late} = await sweepAfterwards(local, folder)
        seen.push({early, late})
      }
    })
    expect(run).toMatchObject({exitCode: 1, outputs: {verdict: 'rejected', deregistered: 'false', manifest: ''}})
    expect(run.log).toMatch(/ami-\S+, i-\S+ at http:\S+ stay until .* at least, as 'keep-failed-for' says/)
    expect(run.summary).toMatch(/\| Kept \| for a look, until 20/)
    expect(states).toEqual(['available'])
    expect(seen[0]?.early.map(({type}) => type)).toEqual(
      expect.arrayContaining(['image', 'instance', 'security-group'])
    )
    expect(seen[0]?.late).toEqual([])
  })
})
