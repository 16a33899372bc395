import {expect, it} from '@jest/globals'
import {evaluate, type Scope} from '../../../src/template/evaluate.ts'
import {jsonExpression} from '../../../src/template/expression.ts'
import {readHcl} from '../../../src/template/hcl.ts'
import {readExpression} from '../../../src/template/syntax.ts'
import {unknown, type Value} from '../../../src/template/value.ts'

const variables: Readonly<Record<string, Value>> = {
  name: 'jenkins',
  regions: ['us-west-2', 'eu-west-1'],
  aws: {access_key: '', role: 'packer'},
  empty: '',
  nothing: null,
  yes: true,
  two: 2,
  later: unknown
}
const scope: Scope = {
  root: (name) => (name === 'var' ? (member) => variables[member] ?? (member === 'nothing' ? null : unknown) : unknown),
  env: (name) => (name === 'CI' ? 'true' : '')
}
const valueOf = (source: string): Value => evaluate(readExpression(source), scope)

it.each<[string, Value]>([
  ['"a"', 'a'],
  [String.raw`"a\n\"b\" \u00e9 \\"`, 'a\n"b" é \\'],
  ['"$${a} %%{b}"', '${a} %{b}'],
  ['1.50', 1.5],
  ['-2', -2],
  ['true', true],
  ['null', null],
  ['var.name', 'jenkins'],
  ['"${var.name}"', 'jenkins'],
  ['"x-${var.name}-${var.two}"', 'x-jenkins-2'],
  ['"${~ var.name ~} x"', 'jenkinsx'],
  ['"${var.later}-x"', unknown],
  ['var.regions[1]', 'eu-west-1'],
  ['var.regions.0', 'us-west-2'],
  ['var.aws["role"]', 'packer'],
  ['var.aws.role', 'packer'],
  ['var.regions[*]', unknown],
  ['var.later.id', unknown],
  ['data.amazon-ami.base.id', unknown],
  ['["a", var.name, /* b */ "c", # d\n]', ['a', 'jenkins', 'c']],
  ['{a = 1, "b" : 2\n (var.name) = 3 // x\n}', {a: 1, b: 2, jenkins: 3}],
  ['var.yes ? "a" : "b"', 'a'],
  ['var.later ? "a" : "b"', unknown],
  ['(var.name == "jenkins" && !false) || var.later ? "a" : "b"', 'a'],
  ['var.name != "x" ? [] : ["y"]', []],
  ['var.two * 2 + 1 > 4', true],
  ['var.two >= 2 && var.two < 3', true],
  ['[for r in var.regions : upper(r) if r != "eu-west-1"]', ['US-WEST-2']],
  ['{for k, v in var.aws : k => "${v}!"}', {access_key: '!', role: 'packer!'}],
  ['[for i, r in var.regions : i]', [0, 1]],
  ['<<EOT\na ${var.name}\nEOT', 'a jenkins\n'],
  ['<<-EOT\n    a\n      b\n    EOT\n', 'a\n  b\n'],
  ['lookup(var.aws, "access_key", "x")', ''],
  ['lookup(var.aws, "other", "x")', 'x'],
  ['coalesce(var.empty, var.nothing, "x")', 'x'],
  ['concat(var.regions, ["a"])', ['us-west-2', 'eu-west-1', 'a']],
  ['distinct(flatten([["a"], ["a", ["b"]]]))', ['a', 'b']],
  ['compact(["", "a", null])', ['a']],
  ['merge({a = 1}, {b = 2, a = 3})', {a: 3, b: 2}],
  ['join(",", sort(var.regions))', 'eu-west-1,us-west-2'],
  ['split("-", "a-b")', ['a', 'b']],
  ['format("%s-%d", var.name, 2)', 'jenkins-2'],
  ['format("%05d", 2)', unknown],
  ['replace("a.b", ".", "-")', 'a-b'],
  ['replace("a1", "/[0-9]/", "-")', unknown],
  ['substr("abcdef", 1, 2)', 'bc'],
  ['element(var.regions, 3)', 'eu-west-1'],
  ['contains(var.regions, "us-west-2")', true],
  ['length(var.regions)', 2],
  ['keys(var.aws)', ['access_key', 'role']],
  ['tolist(toset(["a", "a"]))', ['a']],
  ['trimspace("  a ")', 'a'],
  ['env("CI")', 'true'],
  ['env("NONE")', ''],
  ['timestamp()', unknown],
  ['jsondecode(file("x"))', unknown],
  ['"%{ if true }a%{ endif }"', unknown],
  ['concat(var.regions...)', unknown],
  ['a b', unknown],
  ['', unknown],
  ['(((', unknown],
  ['"', unknown],
  ['<<EOT\n', unknown],
  ['{a}', unknown]
])('evaluates %s', (source, value) => {
  expect(valueOf(source)).toEqual(value)
})

it.each(['[', '(', '!', '-', '{a=', '"${', 'f(', '[for x in '])('gives up on deep nesting of %s', (opening) => {
  expect(valueOf(opening.repeat(5_000))).toBe(unknown)
})

it.each<[unknown, 'hcl2' | 'legacy' | 'file', Value]>([
  ['${var.name}-x', 'hcl2', 'jenkins-x'],
  ['${var.regions}', 'hcl2', ['us-west-2', 'eu-west-1']],
  [['${var.name}', 1, null], 'hcl2', ['jenkins', 1, null]],
  ['{{user `name`}}-{{user "two"}}', 'legacy', 'jenkins-2'],
  ['{{- user `name` -}}', 'legacy', 'jenkins'],
  ['{{env `CI`}}', 'legacy', 'true'],
  ['x-{{timestamp}}', 'legacy', unknown],
  ['{{user `name` | upper}}', 'legacy', unknown],
  ['${var.name}', 'legacy', '${var.name}'],
  ['${var.name}{{user `name`}}', 'file', '${var.name}{{user `name`}}']
])('evaluates %j of JSON as %s', (value, kind, result) => {
  expect(evaluate(jsonExpression(value, 1, kind).syntax, scope)).toEqual(result)
})

it('reads an attribute’s expression up to the end of its line, with the comment behind it', () => {
  const [first, second] = readHcl('a = "x" # "y"\nb = [ // z\n "w",\n]\n').attributes
  expect(first && evaluate(first.expression.syntax, scope)).toBe('x')
  expect(second && evaluate(second.expression.syntax, scope)).toEqual(['w'])
})
