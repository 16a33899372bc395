import {InputError} from '../lib/errors.ts'
import {buildsOf, isChosen, type Build} from './builds.ts'
import type {Reading} from './reading-parts.ts'
import type {Values} from './values.ts'

/** Builders that never make an EC2 image. Those of plugins that are not known here may. */
const imageless =
  /^(amazon-ebsvolume|null|file|docker|lxc|lxd|podman|qemu|vagrant|googlecompute|digitalocean|openstack|hcloud|(azure|virtualbox|vmware|vsphere|hyperv|parallels|proxmox)-.+)$/

/**
 * One error if no build that runs makes an EC2 image: it would only be known after the build.
 *
 * @param given the arguments of Packer
 */
export function makesNoImage(reading: Reading, values: Values, given: readonly string[]): InputError[] {
  // Makes an image of another builder's disk.
  if (reading.chains.flat().some(({parts}) => parts.some(({type}) => type === 'amazon-import'))) return []
  const builds = buildsOf(reading, values)
  const mayMakeOne = ({source}: Build): boolean => !imageless.test(reading.sources.get(source)?.type ?? '')
  const chosen = builds.filter((build) => isChosen(build, given))
  if (chosen.length === 0 || chosen.some(mayMakeOne)) return []
  const others = builds.filter(mayMakeOne)
  if (others.length === 0) {
    return [
      new InputError(
        'template',
        `makes no EC2 image: it builds only ${namesOf(chosen)}. It needs a source of the type amazon-ebs`
      )
    ]
  }
  return [
    new InputError(
      'packer-args',
      `-only and -except leave only ${namesOf(chosen)}, which makes no EC2 image; ${namesOf(others)} would`
    )
  ]
}

function namesOf(builds: readonly Build[]): string {
  return builds.map(({name, source}) => name ?? source).join(', ')
}
