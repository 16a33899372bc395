import {Spec, Validation} from '@cyclonedx/cyclonedx-library'
import {expect, it} from '@jest/globals'
import {PackageURL} from 'packageurl-js'
import {sbomOf} from '../../../src/action/sbom.ts'
import type {InstalledPackages} from '../../../src/packer/installed-packages.ts'
import {verified} from '../../helpers/outcomes.ts'

const debian: InstalledPackages = {
  kind: 'deb',
  system: {id: 'debian', version: '13'},
  packages: [
    {name: 'libstdc++6', version: '14.2.0-19', architecture: 'amd64', source: 'gcc-14@14.2.0-19'},
    {name: 'git', version: '1:2.47.3-0+deb13u1', architecture: 'amd64', source: 'git@1:2.47.3-0+deb13u1'}
  ]
}
const amazon: InstalledPackages = {
  kind: 'rpm',
  system: {id: 'amzn', version: '2023'},
  packages: [
    {
      name: 'perl',
      version: '4:5.40.2^1-515.amzn2023',
      architecture: 'x86_64',
      source: 'perl-5.40.2^1-515.amzn2023.src.rpm'
    }
  ]
}
const sha256 = 'ab'.repeat(32)
const outcome = {
  ...verified,
  plan: {...verified.plan, plugins: [{name: 'git', version: '5.7.0', sha256, group: 'org.jenkins-ci.plugins'}]}
}

interface Component {
  readonly name: string
  readonly version: string
  readonly purl?: string
}

function componentsOf(packages: InstalledPackages): readonly Component[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema's test is another
  return (sbomOf(outcome, packages) as {components: Component[]}).components
}

it('is CycloneDX 1.6, by its own schema', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
  for (const packages of [debian, amazon]) {
    expect(await validator.validate(JSON.stringify(sbomOf(outcome, packages)))).toBeNull()
  }
  expect(await validator.validate(JSON.stringify({...sbomOf(outcome, debian), components: [{}]}))).not.toBeNull()
})

it('names the system, each package and each plugin that was chosen', () => {
  expect(componentsOf(debian).map(({name, version}) => `${name} ${version}`)).toEqual([
    'debian 13',
    'libstdc++6 14.2.0-19',
    'git 1:2.47.3-0+deb13u1',
    'jenkins-core 2.568.2',
    'git 5.7.0'
  ])
})

it('has package URLs that name the package, its epoch and the source that advisories are published by', () => {
  const read = (packages: InstalledPackages) =>
    componentsOf(packages).flatMap(({purl}) => (purl === undefined ? [] : [PackageURL.fromString(purl)]))
  expect(read(debian)).toMatchObject([
    {
      type: 'deb',
      namespace: 'debian',
      name: 'libstdc++6',
      version: '14.2.0-19',
      qualifiers: {arch: 'amd64', distro: 'debian-13', upstream: 'gcc-14@14.2.0-19'}
    },
    {name: 'git', version: '1:2.47.3-0+deb13u1', qualifiers: {upstream: 'git@1:2.47.3-0+deb13u1'}},
    {type: 'maven', namespace: 'org.jenkins-ci.main', name: 'jenkins-core', version: '2.568.2'},
    {type: 'maven', namespace: 'org.jenkins-ci.plugins', name: 'git', version: '5.7.0'}
  ])
  expect(read(amazon).slice(0, 1)).toMatchObject([
    {
      type: 'rpm',
      namespace: 'amazon',
      name: 'perl',
      version: '5.40.2^1-515.amzn2023',
      qualifiers: {epoch: '4', distro: 'amzn-2023', upstream: 'perl-5.40.2^1-515.amzn2023.src.rpm'}
    }
  ])
})

it('names source packages and Amazon Linux as Trivy does', () => {
  expect(componentsOf(debian)[1]).toMatchObject({
    properties: [
      {name: 'aquasecurity:trivy:SrcName', value: 'gcc-14'},
      {name: 'aquasecurity:trivy:SrcVersion', value: '14.2.0-19'}
    ]
  })
  expect(componentsOf(amazon)[0]).toMatchObject({name: 'amazon', swid: {name: 'amzn'}, version: '2023'})
})

it('names a plugin of an update center without coordinates, which scanners do not look for', () => {
  const bare = {...outcome, plan: {...outcome.plan, plugins: [{name: 'git', version: '5.7.0', sha256}]}}
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema's test is another
  const {components} = sbomOf(bare, debian) as {components: Component[]}
  expect(components.at(-1)).toMatchObject({name: 'git', version: '5.7.0', type: 'library'})
  expect(components.at(-1)?.purl).toBeUndefined()
})

it.each(['constructor', '__proto__'])('takes a system for what it calls itself: %s', (id) => {
  const [system, first] = componentsOf({...debian, system: {id, version: ''}})
  expect(system?.name).toBe(id)
  expect(first?.purl).toContain(`pkg:deb/${id}/`)
})
