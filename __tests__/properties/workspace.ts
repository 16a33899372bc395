import {chmodSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'

/** What every template here declares: all that the action fills in, and variables of the user's own. */
const known = [
  'region',
  'ami_name',
  'source_ami',
  'root_device_name',
  'ssh_username',
  'instance_type',
  'connect_via',
  'subnet_id',
  'ssh_timeout',
  'jenkins_version',
  'jenkins_repository_url',
  'jenkins_repository_key_fingerprint',
  'jenkins_update_center_url',
  'jenkins_files',
  'java_version',
  'kms_key_id',
  'instance_profile',
  'setup_script',
  'text',
  'constructor'
]
const types: Readonly<Record<string, string>> = {
  ...Object.fromEntries(known.map((name) => [name, 'string'])),
  allowed_cidrs: 'list(string)',
  volume_size: 'number',
  deadline_minutes: 'number',
  tags: 'map(string)',
  allow_anonymous: 'bool',
  jenkins_setup_wizard: 'bool',
  number: 'number',
  list: 'list(string)',
  any: 'any'
}

const hcl2 = [
  ...Object.entries(types).map(([name, type]) => `variable "${name}" {\n  type = ${type}\n}\n`),
  `locals {\n  used = [${Object.keys(types)
    .map((name) => `var.${name}`)
    .join(', ')}]\n}\n`
].join('')
const legacy = JSON.stringify({
  variables: Object.fromEntries(Object.keys(types).map((name) => [name, null])),
  builders: [{type: 'made-up', used: Object.keys(types).map((name) => `{{user \`${name}\`}}`)}]
})

/** Files with names that somebody might give them. */
export const oddTemplates = [
  '-var=x.pkr.hcl',
  '--var-file=x.pkr.hcl',
  'a b.pkr.hcl',
  '$(id).pkr.hcl',
  '`id`; x.pkr.hcl',
  '{{isotime}}.pkr.hcl',
  '${path.root}.pkr.hcl',
  "'.pkr.hcl",
  '".pkr.hcl',
  '*.pkr.hcl',
  '::error::x.pkr.hcl',
  '\u202egpj.pkr.hcl',
  'e\u0301.pkr.hcl'
]
export const oddScripts = ['-x.sh', 'a b.sh', "'; id; '.sh", '$(id).sh', '\u00e9.sh']

/** A repository's checkout. @returns its folder */
export function workspace(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'properties-'))
  const write = (name: string, text: string): void => {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), {recursive: true})
    writeFileSync(file, text)
  }
  for (const name of ['own.pkr.hcl', 'folder/own.pkr.hcl', ...oddTemplates]) write(name, hcl2)
  // The folder serves as the shipped template too, which has this file.
  write('folder/files/jenkins-log.sh', '')
  write('own.json', legacy)
  for (const name of ['setup.sh', '{{isotime}}.sh', 'e\u0301.sh', ...oddScripts]) write(name, '#!/bin/bash\n')
  write('casc/jenkins.yaml', 'jenkins: {}\n')
  write('a b/$(id).yaml', 'jenkins: {}\n')
  write('values.json', '{"text": "from a file"}')
  write('-var=x.json', '{"text": "from another file"}')
  write('plugins.txt', 'git:5.7.0 # for jobs\ncredentials\n')
  write('check.sh', '#!/bin/sh\n')
  chmodSync(path.join(root, 'check.sh'), 0o755)
  // Only whether it is there is asked for.
  write('bin/session-manager-plugin', '')
  chmodSync(path.join(root, 'bin/session-manager-plugin'), 0o755)
  return root
}
