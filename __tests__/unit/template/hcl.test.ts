import {expect, it} from '@jest/globals'
import {readHcl} from '../../../src/template/hcl.ts'

it('reads blocks, labels, attributes and nested blocks with their lines', () => {
  const {blocks} = readHcl(`
source "amazon-ebs" "own" {
  region = "eu-west-1" # "not this"
  assume_role { role_arn = var.role }
}
build { sources = ["source.amazon-ebs.own"] }`)
  expect(blocks).toMatchObject([
    {
      type: 'source',
      labels: ['amazon-ebs', 'own'],
      line: 2,
      attributes: [{name: 'region', expression: {texts: ['eu-west-1'], line: 3}}],
      blocks: [{type: 'assume_role', attributes: [{name: 'role_arn', expression: {references: ['var.role'], line: 4}}]}]
    },
    {type: 'build', attributes: [{name: 'sources', expression: {texts: ['source.amazon-ebs.own']}}]}
  ])
})

it.each([
  ['a block comment', '/* variable "x" {} */'],
  ['a line comment', '# variable "x" {}\n// variable "x" {}'],
  ['a text', 'locals { a = "variable \\"x\\" {" }'],
  ['a heredoc', 'locals {\n  a = <<-END\n    variable "x" {\n    }\n    END\n}'],
  ['a brace that closes nothing', '}\n}'],
  ['a list over several lines', 'locals {\n a = [\n  "variable",\n  {x = "y"}\n ]\n}']
])('takes nothing for a block that is in %s', (_, text) => {
  const types = readHcl(`${text}\nvariable "last" {}`).blocks.map(({type, labels}) => [type, ...labels].join(' '))
  expect(types.filter((type) => type !== 'locals')).toEqual(['variable last'])
})

it('takes a comment in one piece for a blank', () => {
  const {blocks} = readHcl(
    'source /* a */ "amazon-ebs" "x" /* nightly\n */ {\n  a /* b */ = /* c */ true\n}\nbuild /* all */ {}\nvariable/**/"v" {}'
  )
  expect(blocks).toMatchObject([
    {type: 'source', labels: ['amazon-ebs', 'x'], attributes: [{name: 'a', expression: {syntax: {value: true}}}]},
    {type: 'build', labels: []},
    {type: 'variable', labels: ['v']}
  ])
})

it('resolves escapes and interpolations in texts', () => {
  const [attribute] = readHcl(
    String.raw`a = "x\n\"y\" DOLLARDOLLAR{z} DOLLAR{upper(var.b)}DOLLAR{local.c["}"]}"`.replaceAll('DOLLAR', '$')
  ).attributes
  expect(attribute?.expression.texts).toEqual(['}', 'x\n"y" ${z} '])
  expect(attribute?.expression.references).toEqual(['var.b', 'local.c'])
})

it('reads a heredoc like a string, apart from its backslashes', () => {
  const [attribute, next] = readHcl(
    String.raw`a = <<-EOT
      var.word and local.word "quoted" \n $DOLLAR{var.escaped} %%{if local.escaped} // var.slash
      DOLLAR{var.b} %{ if local.c == "d" }e%{ endif } DOLLAR{
      EOT
      f = var.g`.replaceAll('DOLLAR', '$')
  ).attributes
  expect(attribute?.expression.references).toEqual(['var.b', 'local.c'])
  expect(attribute?.expression.texts.map((text) => text.trim())).toEqual([
    'd',
    'var.word and local.word "quoted" \\n ${var.escaped} %{if local.escaped} // var.slash\n       e'
  ])
  expect(next?.expression.references).toEqual(['var.g'])
})

it('knows that what env would read is not there', () => {
  const [attribute] = readHcl('default = env("AWS_ACCESS_KEY_ID")').attributes
  expect(attribute?.expression.texts).toEqual([])
})

it.each(['', '}', '{{{', 'a = ', 'a = "', 'a = [', 'x "', '<<E', 'a = <<E\n', '\u0000', 'é = 1', '= = ='])(
  'comes to an end with %j',
  (text) => {
    expect(readHcl(text)).toBeDefined()
  }
)
