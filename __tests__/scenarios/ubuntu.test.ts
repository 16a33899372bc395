import {describe, expect, it} from '@jest/globals'
import {whyNoBase, whyNot} from '../../rehearsal/machines/nspawn/driver.ts'
import {notRun} from '../../rehearsal/host/packers/scenario-packers.ts'
import {plugins} from './real-jenkins.ts'
import {jenkinsAt, withGuests} from './real-machines.ts'
import {play, withPacker} from './scenario.ts'

const title = 'the shipped template on Ubuntu 24.04'
const reason = (await whyNot()) ?? (await whyNoBase('ubuntu-24.04'))
const onUbuntu = reason === undefined ? describe : describe.skip

onUbuntu(reason === undefined ? title : notRun(title, reason), () => {
  withPacker((packer) => {
    it(
      `bakes an image ${plugins.length > 0 ? 'with plugins ' : ''}whose Jenkins answers (Packer ${packer.version})`,
      async () => {
        const run = await play(packer, {
          driver: 'nspawn',
          base: 'ubuntu-24.04',
          inputs: {'jenkins-plugins': plugins.join(' ')},
          afterwards: (there, {outputs}) =>
            withGuests(there, async (launch) => {
              const guest = await launch({ImageId: outputs['ami-id'] ?? ''})
              await jenkinsAt(guest.address)
              const found = await guest.ssh(
                '. /etc/os-release; echo "$ID $VERSION_ID"; systemctl --failed --plain --no-legend'
              )
              expect(found).toBe('ubuntu 24.04\n')
            })
        })
        expect(run).toMatchObject({exitCode: 0, base: 'ubuntu-24.04', leftovers: [], outputs: {verdict: 'verified'}})
        expect(run.log).toMatch(
          /Source image ami-[0-9a-f]+ ubuntu\/images\/hvm-ssd-gp3\/ubuntu-noble-24\.04-amd64-server-/
        )
        expect.assertions(3)
      },
      // The first time, the base system is built.
      20 * 60_000
    )
  })
})
