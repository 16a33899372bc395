import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {deriveForOldPacker} from '../../../../rehearsal/host/packers/derive-template.ts'

const shipped = join(import.meta.dirname, '../../../../templates/jenkins')

const template = `packer {
  required_plugins {
    amazon = {
      version = ">= 1"
    }
  }
}

variable "region" {
  type = string

  validation {
    condition     = var.region != ""
    error_message = "Name a region."
  }
}

source "amazon-ebs" "image" {
  region                   = var.region
  temporary_key_pair_type  = "ed25519"
  enable_unlimited_credits = true

  metadata_options {
    http_tokens = "required"
  }

  tags = { a = "b" }
}
`

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'derive-'))
})
afterEach(() => rm(folder, {recursive: true}))

async function derive(text: string): Promise<string> {
  await mkdir(join(folder, 'from/scripts'), {recursive: true})
  await writeFile(join(folder, 'from/image.pkr.hcl'), text)
  await writeFile(join(folder, 'from/scripts/run.sh'), 'packer {\n}\n')
  await deriveForOldPacker(join(folder, 'from'), join(folder, 'to'))
  return readFile(join(folder, 'to/image.pkr.hcl'), 'utf8')
}

it('removes what Packer 1.6.6 does not know and adds the endpoint', async () => {
  expect(await derive(template)).toBe(`
variable "region" {
  type = string

}

source "amazon-ebs" "image" {
  custom_endpoint_ec2 = var.custom_endpoint_ec2
  region                   = var.region


  tags = { a = "b" }
}
`)
  expect(await readFile(join(folder, 'to/custom-endpoint.pkr.hcl'), 'utf8')).toContain(
    'variable "custom_endpoint_ec2" {'
  )
})

it('copies the scripts as they are', async () => {
  await derive(template)
  expect(await readFile(join(folder, 'to/scripts/run.sh'), 'utf8')).toBe('packer {\n}\n')
})

it.each([
  ['packer', /^packer \{[^]*?\n\}\n/],
  ['validation', / {2}validation \{[^]*?\n {2}\}\n/],
  ['metadata_options', / {2}metadata_options \{[^]*?\n {2}\}\n/],
  ['temporary_key_pair_type', /.*temporary_key_pair_type.*\n/],
  ['source "amazon-ebs"', /^source [^]*\n\}\n/m]
])('names the rule %s when the template has nothing for it', async (rule, part) => {
  const without = template.replace(part, '')
  expect(without).not.toBe(template)
  await expect(derive(without)).rejects.toThrow(rule)
})

it('refuses a block whose end it cannot find', async () => {
  await expect(derive(template.replace('\n  }\n\n  tags', '\n  tags'))).rejects.toThrow(
    'image.pkr.hcl, line 23: the block "metadata_options {" has no closing brace of its own.'
  )
})

it('does not write over a template that is already there', async () => {
  await derive(template)
  await expect(derive(template)).rejects.toThrow('already exists')
})

it('fits the shipped template: only what must go is gone', async () => {
  const target = join(folder, 'old')
  await deriveForOldPacker(shipped, target)
  const original = await read(shipped)
  const derived = await read(target)
  for (const word of ['required_plugins', 'metadata_options', 'validation {', 'temporary_key_pair_type']) {
    expect(original).toContain(word)
    expect(derived).not.toContain(word)
  }
  const lines = new Set(original.split('\n'))
  expect(derived.split('\n').filter((line) => !lines.has(line))).toEqual([
    'variable "custom_endpoint_ec2" {',
    '  description = "The local cloud\'s URL. This Packer\'s AWS SDK knows no AWS_ENDPOINT_URL."',
    '  custom_endpoint_ec2 = var.custom_endpoint_ec2'
  ])
})

async function read(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.pkr.hcl')).toSorted()
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))
  return texts.join('')
}
