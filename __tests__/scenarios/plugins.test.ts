import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {allOfPlugins, hasCasc, plugins} from './real-jenkins.ts'
import {jenkinsAt, withGuests} from './real-machines.ts'
import {minutes, onRealMachines} from '../rehearsal/machines/nspawn/on-real-machines.ts'
import {play, withPacker} from './scenario.ts'

/** A real Jenkins is configured by a real plugin alone. Without one the stand-in has to do. */
const onlyStandIn = !hasCasc
const expected = (await allOfPlugins()) ?? [
  'configuration-as-code',
  'credentials',
  'git-client',
  'git',
  'scm-api',
  'structs'
]

const casc = (name: string) => ({'jenkins-casc': join(import.meta.dirname, name)})

onRealMachines('plugins on real machines', () => {
  withPacker((packer) => {
    it(
      'bakes plugins, what they depend on and a configuration, and the image starts with them',
      async () => {
        let found = ''
        const run = await play(packer, {
          driver: 'nspawn',
          onlyStandIn,
          inputs: {'jenkins-plugins': onlyStandIn ? 'git' : plugins.join(' '), ...casc('casc')},
          afterwards: (there, {outputs}) =>
            withGuests(there, async (launch) => {
              const guest = await launch({ImageId: outputs['ami-id'] ?? ''})
              await jenkinsAt(guest.address)
              found = await guest.ssh('sudo ls /var/lib/jenkins/plugins /var/lib/jenkins/secrets')
            })
        })
        expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
        expect(found.match(/^[\w-]+(?=\.jpi$)/gm)?.toSorted()).toEqual(expected.toSorted())
        // The configured security realm has taken the place of the setup wizard and its password.
        expect(found).toContain('master.key')
        expect(found).not.toContain('initialAdminPassword')
      },
      10 * minutes
    )

    it.each([
      [
        'a plugin that Jenkins cannot load',
        // Only the stand-ins have plugins that do not fit, and their titles are in the sentences about them.
        {onlyStandIn: true, inputs: {'jenkins-plugins': 'git git-client:4.0.0'}},
        'Failed Loading plugin Git (a stand-in) v5.7.0 (git)',
        'Update required: Git client'
      ],
      [
        'a configuration that Jenkins does not understand',
        {onlyStandIn, inputs: casc('broken-casc')},
        'Jenkins does not start. Its log says: io.jenkins.plugins.casc.',
        'No configurator found for the following root element: jenkinz'
      ]
    ])(
      'fails the bake for %s, and says why',
      async (_, options, what, why) => {
        const run = await play(packer, {driver: 'nspawn', ...options})
        expect(run).toMatchObject({exitCode: 1, leftovers: []})
        expect(run.outputs['ami-id'] ?? '').toBe('')
        expect(run.log).toContain(what)
        expect(run.log).toContain(why)
      },
      10 * minutes
    )
  })
})
