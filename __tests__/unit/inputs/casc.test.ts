import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {expect, it} from '@jest/globals'
import {readCasc} from '../../../src/inputs/casc.ts'

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'casc-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true})
    writeFileSync(join(folder, name), text)
  }
  return folder
}
const realmIn = (text: string) => readCasc(folderWith({'jenkins.yaml': text})).hasSecurityRealm

it.each([
  ['jenkins:\n  securityRealm:\n    local:\n      allowsSignup: false\n'],
  ['jenkins: {securityRealm: {saml: {}}}'],
  ['"jenkins":\n    "securityRealm": {ldap: {}}'],
  ['\uFEFFjenkins:\n  securityRealm: !custom\n    a: ${SECRET}\n    b: !x [1]\n    c: !y z\n'],
  ['x-common: &realm {local: {}}\njenkins:\n  securityRealm: *realm\n'],
  ['jenkins:\n  systemMessage: one\n  systemMessage: two\n  securityRealm: {local: {}}\n']
])('finds the security realm in %j', (text) => {
  expect(realmIn(text)).toBe(true)
})

it.each([
  ['jenkins:\n  systemMessage: |\n    Set\n    securityRealm:\n'],
  ['jenkins:\n  # securityRealm:\n  numExecutors: 0\n'],
  ['jenkins:\n  securityRealm:\n'],
  ['unclassified:\n  securityRealm: {local: {}}\n'],
  ['jenkins:\n  other:\n    securityRealm: {local: {}}\n'],
  ['- jenkins'],
  ['']
])('finds none in %j', (text) => {
  expect(realmIn(text)).toBe(false)
})

it('reads the files that the plugin reads, in all folders that are not hidden', () => {
  const realm = 'jenkins: {securityRealm: {local: {}}}'
  expect(readCasc(folderWith({'a.yaml': '', 'sub/b.YML': realm})).hasSecurityRealm).toBe(true)
  expect(readCasc(folderWith({'a.yaml': '', '.git/b.yaml': realm, 'c.txt': realm})).hasSecurityRealm).toBe(false)
})

it('says which line of which file is no YAML', () => {
  const folder = folderWith({
    'a.yaml': 'jenkins: {}',
    'sub/b.yaml': 'jenkins:\n  systemMessage: "Hello\n numExecutors: 0\n'
  })
  expect(() => readCasc(folder)).toThrow(/^has a file that is not valid YAML: sub\/b\.yaml, line \d+: \w/)
})

it('wants a folder with such a file', () => {
  const folder = folderWith({'a.txt': ''})
  expect(() => readCasc(folder)).toThrow('is not a folder with .yaml or .yml files')
  expect(() => readCasc(join(folder, 'a.txt'))).toThrow('is not a folder with .yaml or .yml files')
})
