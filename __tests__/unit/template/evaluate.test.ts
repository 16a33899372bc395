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
  ['replace("a1", "/[0-9]/", "-")', 'a1'],
  ['substr("abcdef", 1, 2)', 'bc'],
  ['element(var.regions, 3)', 'eu-west-1'],
  ['contains(var.regions, "us-west-2")', true],
  ['length(var.regions)', 2],
  ['keys(var.aws)', ['access_key', 'role']],
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

// Compared with what `packer console` of 1.16 answers. What it refuses is unknown here.
it.each<[string, Value]>([
  ['"😀x" == "\\U0001F600x"', true],
  ['"e\u0301" == "\u00e9"', true],
  [String.raw`"\x41"`, unknown],
  ['[for k in ["a"] : {(k) = 1, k = 2}]', [{a: 1, k: 2}]],
  ['{for r in ["a", "a"] : r => 1}', unknown],
  ['"1" ? "a" : "b"', 'a'],
  ['!"0"', true],
  ['(true ? 1 : "a") == "1"', true],
  ['(var.yes ? null : "a") == null', true],
  ['{a = 1, b = 2} == {b = 3, a = 1}', false],
  ['{a = 1, b = 2} == {b = 2, a = 1}', unknown],
  ['[] == []', unknown],
  ['null == []', false],
  ['null == ""', false],
  ['"1" == 1', false],
  ['[1, null][1] == null', true],
  ['["a"][""]', unknown],
  ['["a"][-1]', unknown],
  ['"x${10000000000 * 10000000000}"', unknown],
  ['"x${0.1 + 0.2}"', unknown],
  ['lookup({a = 1}, "a")', unknown],
  ['lookup({a = 1}, "b", null)', null],
  ['lookup({a = null}, "a", "x")', null],
  ['element(["a", "b"], -1)', unknown],
  ['element([], 0)', unknown],
  ['element(["a", null], "1")', null],
  ['element(["a", "b"], 1.5)', unknown],
  ['coalesce(1, "a")', '1'],
  ['coalesce(1, var.later)', unknown],
  ['coalesce(0, 1)', 0],
  ['coalesce(null, "")', unknown],
  ['coalesce()', unknown],
  ['concat()', unknown],
  ['concat([null], ["a"])', [null, 'a']],
  ['flatten(["a", null, [[]]])', ['a', null]],
  ['compact([1, true, "", null])', ['1', 'true']],
  ['compact(["a", [1]])', unknown],
  ['distinct([1, "1", true, null, null])', ['1', 'true', null]],
  ['distinct([["a"], ["a"], ["b"]])', [['a'], ['b']]],
  ['distinct([var.later, "a", "a"])', [unknown, 'a']],
  ['sort(["é", "z", "Z", "😀", "﹖"])', ['Z', 'z', 'é', '﹖', '😀']],
  ['sort([10, 9])', ['10', '9']],
  ['keys({"😀" = 1, "﹖" = 2})', ['﹖', '😀']],
  ['values({b = null, a = 1})', [1, null]],
  ['[for k, v in {"😀" = 1, "﹖" = 2} : v]', [2, 1]],
  ['length("e\u0301😀")', 2],
  ['length(12)', unknown],
  ['contains([null], null)', unknown],
  ['contains([["a"]], ["a"])', unknown],
  ['contains([true], "true")', false],
  ['join(",", ["a"], [], ["b", 1])', 'a,b,1'],
  ['join(null, ["a"])', unknown],
  ['join(",")', unknown],
  ['join(",", [null])', unknown],
  ['split("", "a😀")', ['a', '😀']],
  ['format("")', ''],
  ['format("%s")', unknown],
  ['format("%s", "a", "b")', unknown],
  ['format("%d", "a")', unknown],
  ['format("%d", 1.5)', unknown],
  ['format("100%% %v", true)', '100% true'],
  ['lower("ÄΑΣ")', 'äασ'],
  ['upper("straße")', unknown],
  ['trimspace("\\ufeffa")', unknown],
  ['replace("abc", "b", "$&")', 'a$&c'],
  ['replace("abc", "", "-")', unknown],
  ['substr("h😀llo", 1, 2)', '😀l'],
  ['substr("hello", -10, 2)', 'he'],
  ['substr("hello", 1, -2)', 'ello'],
  ['substr("hello", 1.5, 2)', unknown],
  ['substr(12345, "1", 2)', '23'],
  ['tostring(1)', unknown],
  ['tobool("true")', unknown],
  ['tolist(["a"])', unknown]
])('evaluates %s as Packer does', (source, value) => {
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
