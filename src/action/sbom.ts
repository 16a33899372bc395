import {randomUUID} from 'node:crypto'
import type {Outcome} from '../bake/outcome.ts'
import type {InstalledPackage, InstalledPackages} from '../packer/installed-packages.ts'

/**
 * The software bill of materials of an image: its system, its packages and Jenkins's plugins. CycloneDX 1.6
 * (https://cyclonedx.org/docs/1.6/json/), with what the scanners Trivy, Grype and their like ask for.
 */
export function sbomOf(
  {plan, images: [image], jenkinsVersion = plan.jenkins?.version}: Pick<Outcome, 'plan' | 'images' | 'jenkinsVersion'>,
  {kind, system, packages}: InstalledPackages,
  now = new Date()
): object {
  const plugins = plan.plugins.map(({name, version, sha256, group}) => ({
    ...(group === undefined ? named(name, version) : mavenArtifact(group, name, version)),
    'bom-ref': `jenkins-plugin:${name}@${version}`,
    description: 'Plugin of Jenkins',
    hashes: [{alg: 'SHA-256', content: sha256}],
    externalReferences: [{type: 'website', url: `https://plugins.jenkins.io/${name}/`}]
  }))
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: now.toISOString(),
      tools: {components: [{type: 'application', name: 'bake-jenkins-ami'}]},
      component: {
        type: 'platform',
        'bom-ref': image?.id,
        name: image?.name,
        version: image?.id,
        description: 'Amazon Machine Image'
      }
    },
    components: [
      systemOf(system),
      ...packages.map((one) => componentOf(one, kind, system)),
      ...(jenkinsVersion === undefined ? [] : [mavenArtifact('org.jenkins-ci.main', 'jenkins-core', jenkinsVersion)]),
      ...plugins
    ]
  }
}

const named = (name: string, version: string): object => ({type: 'library', name, version})

/** Advisories about Jenkins and its plugins are published by their coordinates in Maven. */
function mavenArtifact(group: string, name: string, version: string): object {
  const purl = `pkg:maven/${group}/${encoded(name)}@${encoded(version)}`
  return {...named(name, version), 'bom-ref': purl, group, purl}
}

type System = InstalledPackages['system']

/**
 * Trivy's names of systems that call themselves otherwise in /etc/os-release. It skips each package whose namespace is not
 * the system's name, and reports none of its vulnerabilities.
 */
const trivyNames = new Map([
  ['almalinux', 'alma'],
  ['amzn', 'amazon'],
  ['ol', 'oracle'],
  ['rhel', 'redhat']
])
const trivyName = (id: string): string => trivyNames.get(id) ?? id

/** Syft and Grype read the `swid` first. */
function systemOf({id, version}: System): object {
  return {
    type: 'operating-system',
    'bom-ref': 'operating-system',
    name: trivyName(id),
    version,
    swid: {tagId: id, name: id, version}
  }
}

/** Advisories are published by source package: Syft and Grype read it from the package URL, Trivy from its own properties. */
function componentOf(one: InstalledPackage, kind: InstalledPackages['kind'], system: System): object {
  const purl = packageUrl(one, kind, system)
  const [name = '', version = ''] = one.source.split('@')
  const source = [
    {name: 'aquasecurity:trivy:SrcName', value: name},
    {name: 'aquasecurity:trivy:SrcVersion', value: version}
  ]
  return {
    type: 'library',
    'bom-ref': purl,
    name: one.name,
    version: one.version,
    purl,
    ...(kind === 'deb' ? {properties: source} : {})
  }
}

/** Of the types deb and rpm (https://github.com/package-url/purl-spec). An rpm's epoch is no part of its version there. */
function packageUrl(
  {name, version, architecture, source}: InstalledPackage,
  kind: InstalledPackages['kind'],
  {id, version: release}: System
): string {
  const [, epoch, rest = version] = kind === 'deb' ? [] : (/^(\d+):(.*)$/.exec(version) ?? [])
  const qualifiers = [
    ['arch', architecture],
    ['distro', release === '' ? id : `${id}-${release}`],
    ...(epoch === undefined ? [] : [['epoch', epoch]]),
    ['upstream', source]
  ]
  const query = qualifiers.map(([key, value = '']) => `${key}=${encoded(value)}`).join('&')
  return `pkg:${kind}/${trivyName(id)}/${encoded(name)}@${encoded(rest)}?${query}`
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':')
}
