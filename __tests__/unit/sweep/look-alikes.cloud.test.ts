import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {lookAlikeCounts} from '../../helpers/look-alike-counts.ts'
import {openIam} from '../../../src/aws/iam.ts'
import {openLedger} from '../../../src/ledger/ledger.ts'
import {sweep} from '../../../src/sweep/sweep.ts'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import {populate} from '../../../rehearsal/trials/look-alikes.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {packerSays} from '../../helpers/packer-says.ts'
import {quickPause} from '../../helpers/quick-pause.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'

it('touches none of fifty of each kind that look like a bake’s, made while the bake ran', async () => {
  const {iam, cloud} = await startTestCloud()
  const {endpoint, region, administrator: credentials} = cloud
  const ec2 = new EC2({endpoint, region, credentials, maxAttempts: 5})
  const bakeId = '0123456789ab'
  const ledger = openLedger(mkdtempSync(join(tmpdir(), 'look-alikes-')), 'bake')
  const name = 'packer_6740f1a0-1111-2222-3333-444455556666'
  const ours = {[tagKeys.bake]: bakeId}
  await ec2.createKeyPair({KeyName: name, KeyType: 'ed25519'})
  await ec2.createSecurityGroup({GroupName: name, Description: 'd'})
  const instance = await launch(ec2, cloud, {
    KeyName: name,
    SecurityGroups: [name],
    TagSpecifications: tagSpecifications(ours, 'instance', 'volume')
  })
  const {ImageId: image = ''} = await ec2.createImage({InstanceId: instance, Name: 'ours'})
  await ec2.describeImages({ImageIds: [image]})
  packerSays(
    ledger,
    [
      `Creating temporary keypair: ${name}`,
      `Creating temporary security group for this instance: ${name}`,
      'Launching a spot AWS instance...',
      `Instance ID: ${instance}`,
      'Copying to: us-east-1'
    ]
      .map((text) => `1,,ui,say,==> amazon-ebs.own: ${text}\n`)
      .join('')
  )
  // Launched from the image of this very bake.
  const others = await cloud.furnish(() => populate(ec2, {imageId: image, iam}))
  expect(others.counts).toMatchObject(lookAlikeCounts)

  const account = accountOf(ec2, {iam: openIam(iam)})
  const log = recordingLog()
  const left = await sweep({
    account,
    bakeId,
    ledger,
    log,
    limit: AbortSignal.timeout(300_000),
    settleMs: 10,
    pause: quickPause
  })
  expect(left).toEqual([])
  expect(await others.changed()).toEqual([])
  expect(cloud.leftovers()).toEqual([])
})
