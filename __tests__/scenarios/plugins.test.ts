import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {jenkinsAt, withGuests} from './realMachines.ts'
import {minutes, onRealMachines} from '../rehearsal/machines/nspawn/on-real-machines.ts'
import {play, withFirstAndLastPacker} from './scenario.ts'

const casc = (name: string) => ({'jenkins-casc': join(import.meta.dirname, name)})

onRealMachines('plugins on real machines', () => {
  withFirstAndLastPacker((first, last) => {
    it(
      'bakes plugins, what they depend on and a configuration, and the image starts with them',
      async () => {
        let found = ''
        const run = await play(first, {
          driver: 'nspawn',
          inputs: {'jenkins-plugins': 'git', ...casc('casc')},
          afterwards: (there, {outputs}) =>
            withGuests(there, async (launch) => {
              const guest = await launch({ImageId: outputs['ami-id'] ?? ''})
              await jenkinsAt(guest.address)
              found = await guest.ssh('sudo ls /var/lib/jenkins/plugins /var/lib/jenkins/secrets')
            })
        })
        expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
        expect(found.match(/^[\w-]+\.jpi$/gm)).toEqual([
          'configuration-as-code.jpi',
          'credentials.jpi',
          'git-client.jpi',
          'git.jpi',
          'scm-api.jpi',
          'structs.jpi'
        ])
        // The configured security realm has taken the place of the setup wizard and its password.
        expect(found).toContain('master.key')
        expect(found).not.toContain('initialAdminPassword')
      },
      10 * minutes
    )

    it.each([
      [
        'a plugin that Jenkins cannot load',
        {'jenkins-plugins': 'git git-client:4.0.0'},
        'Failed Loading plugin Git (a stand-in) v5.7.0 (git)',
        'Update required: Git client'
      ],
      [
        'a configuration that Jenkins does not understand',
        casc('brokenCasc'),
        'Jenkins does not start. Its log says: io.jenkins.plugins.casc.ConfiguratorException',
        'No configurator found for the following root element: jenkinz'
      ]
    ])(
      'fails the bake for %s, and says why',
      async (_, inputs, what, why) => {
        const run = await play(last, {driver: 'nspawn', inputs})
        expect(run).toMatchObject({exitCode: 1, leftovers: []})
        expect(run.outputs['ami-id'] ?? '').toBe('')
        expect(run.log).toContain(what)
        expect(run.log).toContain(why)
      },
      10 * minutes
    )
  })
})
