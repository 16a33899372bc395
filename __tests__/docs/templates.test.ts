import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../src/template/template.ts'
import type {TemplateValues} from '../../src/template/template-values.ts'

const root = join(import.meta.dirname, '..', '..')

/** All of them: the compiler sees to it. */
const known: Record<keyof TemplateValues, true> = {
  region: true,
  tags: true,
  ami_name: true,
  source_ami: true,
  root_device_name: true,
  ssh_username: true,
  instance_type: true,
  instance_profile: true,
  volume_size: true,
  kms_key_id: true,
  connect_via: true,
  subnet_id: true,
  allowed_cidrs: true,
  ssh_timeout: true,
  jenkins_version: true,
  java_version: true,
  jenkins_repository_url: true,
  jenkins_repository_key_fingerprint: true,
  jenkins_update_center_url: true,
  jenkins_files: true,
  jenkins_setup_wizard: true,
  allow_anonymous: true,
  setup_script: true,
  packages_file: true,
  deadline_minutes: true
}

it('lists the variables that are filled in, all of which the shipped template declares', () => {
  const page = readFileSync(join(root, 'docs', 'templates.md'), 'utf8')
  const [, section = ''] = /^## Variables$([\s\S]*?)^## /m.exec(page) ?? []
  const listed = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name)
  expect(new Set(listed)).toEqual(new Set(Object.keys(known)))
  const {declared} = openTemplate(undefined, join(root, 'templates', 'jenkins'))
  expect(listed.filter((name) => !declared.has(name))).toEqual([])
})
