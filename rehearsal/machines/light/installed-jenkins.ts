import type {LightContent, LightFile} from './disk.ts'

const variable = /\bJENKINS_VERSION=(?:'([^']*)'|"([^"]*)"|([^\s;'"]*))/

/**
 * The version of the Jenkins that a disk holds, or undefined when none was installed. Nothing was really installed: what was
 * run tells. Packer's shell provisioner puts the environment in front of the script (`JENKINS_VERSION='2.568.2' /tmp/script_1.sh`).
 * Other people's templates name the version nowhere: any trace of Jenkins in them counts, with the fallback's version.
 */
export function installedJenkins(
  disk: Pick<LightContent, 'commands' | 'files'>,
  fallbackVersion: string
): string | undefined {
  const succeeded = disk.commands.filter((command) => command.exitStatus === 0)
  for (const {line} of succeeded.toReversed()) {
    const match = variable.exec(line)
    const version = match?.[1] ?? match?.[2] ?? match?.[3]
    if (version !== undefined && version !== '') return version
  }
  const uploads = [...succeeded.flatMap(({scripts}) => scripts), ...disk.files.values()]
  const traces = succeeded.some(({line}) => /jenkins/i.test(line)) || uploads.some(mentionsJenkins)
  return traces ? fallbackVersion : undefined
}

function mentionsJenkins({bytes}: LightFile): boolean {
  return bytes.includes('jenkins') || bytes.includes('Jenkins')
}
