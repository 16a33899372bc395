import {either, inOneLine} from '../../lib/pattern.ts'
import {networkRules} from './network.ts'
import type {Rule} from './rule.ts'
import {lineEndingRules, roomRules, toolRules} from './tools.ts'

/** Messages of Packer and of the shipped template's own scripts (templates/jenkins/scripts). */
const unmistakable: readonly Rule[] = [
  {
    id: 'provisioner-timeout',
    title: 'A provisioner took too long',
    pattern: /^Cancelling provisioner after a timeout/,
    cause: "A provisioner reached the 'timeout' that the template gives it.",
    change: 'Raise that timeout, or find out what it waits for; its last lines are below.',
    onRunner: {}
  },
  {
    id: 'jenkins-key',
    title: 'The Jenkins repository has a different signing key',
    pattern: /The repository's key is not the expected one/,
    cause: 'The Jenkins repository offers a signing key that is not the trusted one. Nothing was installed from it.',
    change:
      "For a mirror with a key of its own set 'jenkins-repository-key-fingerprint' to its fingerprint. If this is Jenkins's own repository and pkg.jenkins.io announces a new key, use a newer version of the action; if it announces none, do not trust it."
  },
  {
    id: 'jenkins-version-missing',
    title: 'The repository does not have this version of Jenkins',
    pattern: /Jenkins \S+ could not be installed\. Versions at/,
    cause: 'The Jenkins repository does not have this version as a package, or its package cannot be installed here.',
    change:
      "Give a version that the repository lists (below), or 'lts' in 'jenkins-version'. Weekly versions are in the repository 'debian', not in 'debian-stable'."
  },
  {
    id: 'java-version',
    title: 'Another Java comes first',
    pattern: /Java \S+ is installed, but 'java' is version/,
    cause: 'The source image has a Java of its own, which takes precedence.',
    change: "Bake on an image without Java, or set 'java-version' to the version that it has."
  },
  {
    id: 'java-incomplete',
    title: 'Java lacks something that Jenkins needs',
    pattern: /^Java \S+ cannot do what Jenkins does first|^Java cannot load all of its libraries:/,
    cause: 'The Java of the image cannot do what Jenkins needs at its start: a library or a package is missing.',
    change:
      "The lines below say what Java cannot do. Install the missing package in the source image. If the shipped template runs on the distribution's own image, report this as a defect of the action."
  },
  {
    id: 'jenkins-open',
    title: 'Anybody may use this Jenkins',
    pattern: /^Anybody may use this Jenkins without signing in/,
    cause: 'Jenkins was started once during the build, and lets in people who have not signed in.',
    change:
      "Configure a security realm and permissions in 'jenkins-casc', or leave the setup wizard on. If access without signing in is intended, set 'allow-anonymous' to true."
  },
  {
    id: 'jenkins-prefix',
    title: 'Jenkins answers below a prefix',
    pattern: /^Port 8080 answers with status 404 at \/login/,
    cause:
      'During the build port 8080 answered 404 at /login. Jenkins does so if it has a prefix (JENKINS_PREFIX, --prefix); another program may do so as well.',
    change:
      'Bake without a prefix, and set it in the user data of the instances that you launch; let nothing else listen on port 8080.'
  },
  {
    id: 'jenkins-other-version',
    title: 'Another Jenkins answers',
    pattern: inOneLine(/Port 8080 answers as Jenkins '/, /', not as /),
    cause: 'During the build a Jenkins answered on port 8080 that is not the one that was installed.',
    change: 'Bake on an image without a Jenkins, and do not change the package in the setup script.'
  },
  {
    id: 'port-8080-taken',
    title: 'Something else answers on port 8080',
    pattern: /Port 8080 answers with status \d+/,
    cause:
      'During the build port 8080 gave an answer that Jenkins never gives while it starts: another service answers there, or Jenkins fails.',
    change:
      "See the journal below. Let the setup script and the source image start nothing on port 8080, and keep Jenkins's own port."
  },
  {
    id: 'jenkins-does-not-start',
    title: 'Jenkins does not start during the build',
    pattern: /^Jenkins does not start\./,
    cause: 'Jenkins was started once during the build, and its service failed.',
    change:
      'Its journal is below: correct what the setup script changes (configuration, JAVA_OPTS, plugins), or give an instance type with at least 4 GB of memory.'
  },
  {
    id: 'jenkins-plugins',
    title: 'Jenkins starts without some of its plugins',
    pattern: /Jenkins starts, but not with all of its plugins/,
    cause: 'Jenkins was started once during the build, and could not load all of the plugins that were baked in.',
    change: "Its log is below: give the missing dependencies and versions that fit this Jenkins in 'jenkins-plugins'."
  },
  {
    id: 'plugin-checksum',
    title: 'A plugin is not the one that was asked for',
    pattern: /its checksum differs\. None was installed|^plugins\.txt: '/,
    cause: 'A downloaded Jenkins plugin is not the one that was looked up before the build.',
    change:
      'Run the job again; if it happens again, check the mirror or the proxy between the machine and updates.jenkins.io.'
  },
  {
    id: 'source-unknown',
    title: 'The template does not support the source image',
    pattern: /This template knows Debian, Ubuntu and Amazon Linux/,
    cause: "The shipped template cannot install Jenkins on the source image's distribution.",
    change: "Give an image of Debian, Ubuntu or Amazon Linux 2023 in 'source-ami', or bring a template of your own."
  },
  {
    id: 'package-lists',
    title: 'The package lists cannot be read',
    pattern: /apt could not read the package lists in \d+ attempts/,
    cause: "The build's machine could not read the package lists of its distribution, several times in a row.",
    change:
      "apt's own errors are below. Most often the subnet has no route to the internet: it needs an internet gateway or a NAT gateway in its route table."
  },
  {
    id: 'jenkins-not-ready',
    title: 'Jenkins is not ready in time during the build',
    pattern: /Jenkins was not ready after \d+ seconds/,
    cause: 'Jenkins was started once during the build and did not become ready.',
    change: "Its journal is below. Give a faster instance type in 'instance-types' if it was still starting."
  },
  {
    id: 'secrets-in-image',
    title: 'Something secret or identifying would be in the image',
    pattern: /^These must not be in an image:$/,
    cause: 'The last script of the build found files that must not be in an image.',
    change:
      'Remove each of them at the end of the setup script, or keep them out of the source image. Their paths are below.'
  },
  {
    id: 'cloud-init',
    title: 'The first boot did not finish',
    pattern: /cloud-init did not finish its first boot/,
    cause: 'cloud-init of the source image did not finish, or failed.',
    change: "Its status is below: correct the source image, or bake on one of the distribution's own."
  }
]

/** The cause of a cause comes first. */
const anyScript = [...lineEndingRules, ...roomRules, ...networkRules, ...toolRules]

/** Searched for in the output since the last script began. */
export const machineRules: readonly Rule[] = [...unmistakable.map((rule) => ({...rule, anywhere: true})), ...anyScript]

/** When none of them fits. */
export const scriptFailed: Rule = {
  id: 'script-failed',
  title: 'A script of the build failed',
  pattern: either(
    /Script exited with non-zero exit status|Error running command|Error executing script|context canceled/i,
    inOneLine(/provisioner /i, /returned /i, /exit status/i)
  ),
  cause: 'A script of the build ended with an error.',
  change: "Its last lines are below; all of its output is in the log of the phase 'Build'."
}
