import * as fc from 'fast-check'
import type {Arbitrary} from 'fast-check'

/** Values that somebody might try, each under a name. */
export const hostileValues: Readonly<Record<string, string>> = {
  'HCL interpolation': '${var.secret}',
  'HCL interpolation, escaped': '$${var.secret}',
  'HCL directive': '%{ if true }yes%{ endif }',
  'HCL function': '${file("/etc/passwd")}',
  'HCL environment': '${env("HOME")}',
  'end of an HCL text': '" }\nvariable "x" { default = "',
  'HCL here-document': '<<EOT\n${path.root}\nEOT',
  'HCL comment': 'a # b // c /* d */',
  'Go template': '{{build `ID`}}',
  'Go template, environment': '{{env `AWS_SECRET_ACCESS_KEY`}}',
  'Go template, time': '{{ isotime }}',
  'Go template, user variable': '{{user `x`}}',
  'half a Go template': '{{',
  'Go template with blanks in its braces': '{ { .Vars } }',
  'Go template, written as JSON escapes': '\\u007b\\u007b isotime \\u007d\\u007d',
  'Go template in a list, as JSON escapes': '["\\u007b\\u007b isotime \\u007d\\u007d"]',
  'end of a Go template': '}} x {',
  'command substitution': '$(id)',
  backticks: '`id`',
  'shell list': 'x; rm -rf / #',
  'shell pipe': 'x | sh',
  'shell background': 'x & sh',
  'shell redirection': 'x > /etc/passwd < /dev/null',
  'shell variable': '$HOME ${HOME} $IFS',
  'single quotes': "x' y '",
  'double quotes': 'x" y "',
  backslashes: 'a\\b\\\\c\\n\\0\\x41\\u0041',
  'a glob': '*?[a-z]{a,b}~',
  'JSON object': '{"a": {"b": [1, "two", null]}}',
  'JSON list': '["a", "b"]',
  'end of a JSON text': '", "region": "mars", "x": "',
  'a number with more digits than a double has': '12345678901234567890123',
  'a number beyond a double': '1e400',
  'JSON with a key twice': '{"a": 1, "a": 2}',
  'a key of every object': '{"__proto__": {"polluted": true}}',
  __proto__: '__proto__',
  'constructor as an option': '-constructor',
  null: 'null',
  true: 'true',
  'nothing but blanks': ' \t ',
  'blanks around': '  x  ',
  'LF in it': 'a\nb',
  'CR in it': 'a\rb',
  'CR LF in it': 'a\r\nb',
  'an empty line': 'a\n\nb',
  NUL: 'a\0b',
  'ESC sequence': '\u001b[31mred\u001b[0m',
  BEL: 'a\u0007b',
  'line separators': 'a\u2028b\u2029c\u0085d',
  'right to left': 'abc\u202etxt.sh\u202c',
  'bidi isolate': '\u2066a\u2069',
  'zero width': 'a\u200bb\u200cc\u200dd\ufeffe',
  'byte order mark': '\ufeffx',
  'combining letters': 'e\u0301a\u0308',
  'composed letters': '\u00e9\u00e4',
  'a mark that joins what follows it': 'x\u0890',
  'many combining marks': `z${'\u0335\u0321'.repeat(50)}`,
  'full-width': '\uff04\uff5b\uff5d\uff0f',
  emoji: '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  'lone high surrogate': 'a\ud800b',
  'lone low surrogate': 'a\udc00b',
  'not a character': '\uffff\ufffe',
  'replacement character': '\ufffd',
  'workflow command': '::set-output name=ami-id::ami-666',
  'workflow command on a second line': 'x\n::add-mask::e',
  'old workflow command': '##[add-mask]e',
  'output file': 'x\nami-id=ami-666',
  'output file with delimiter': 'ami-id<<EOF\nami-666\nEOF',
  'path traversal': '../../../../etc/passwd',
  'path traversal, encoded': '..%2f..%2fetc%2fpasswd',
  'absolute path': '/etc/passwd',
  'a device': '/dev/zero',
  'option of Packer': '-var=x=y',
  'long option of Packer': '--var-file=/etc/passwd',
  'an option that is allowed, with one that is not': '-only=a\n-force',
  'end of options': '--',
  'a hyphen': '-',
  URL: 'https://user:password@example.org/?q=1#f',
  'URL with braces': 'https://example.org/{{env}}',
  'file URL': 'file:///etc/passwd',
  'IAM wildcard': 'arn:aws:iam::*:role/*',
  'tag of ours': 'bake-jenkins-ami:bake=000000000000',
  'tag of AWS': 'aws:x=y',
  'SSM parameter': 'resolve:ssm:/a/b:{{x}}',
  'octal address': '010.0.0.1/8',
  'hexadecimal address': '0x7f.0.0.1/8',
  'every address': '0.0.0.0/0',
  'XML entity': '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
  'MIME boundary': 'x\n--bake-jenkins-ami--\n\n--bake-jenkins-amix\nContent-Type: text/x-shellscript\n\n#!/bin/sh',
  'MIME of its own': 'Content-Type: multipart/mixed; boundary="bake-jenkins-ami"\n\n--bake-jenkins-ami--\n',
  'format verbs': '%s%n%!(PACKER_COMMA)%d',
  'AWS key': 'AKIAIOSFODNN7EXAMPLE'
}

const kilobytes100 = 100_000
const long: readonly string[] = [
  'x',
  'x ',
  '/',
  '${',
  '{',
  '{{',
  '"',
  '\\',
  'é',
  '-',
  '1',
  ',',
  '.',
  '=',
  '\n',
  'a=b\n'
].map((unit) => unit.repeat(kilobytes100 / unit.length))

/** Any text: of the names above, of characters, of code points and of bytes that stand for none. */
export const hostileText: Arbitrary<string> = fc.oneof(
  {weight: 6, arbitrary: fc.constantFrom(...Object.values(hostileValues))},
  {weight: 3, arbitrary: fc.string({unit: 'binary', maxLength: 20})},
  {weight: 2, arbitrary: fc.string({unit: 'grapheme-ascii', maxLength: 40})},
  {weight: 1, arbitrary: fc.string({unit: 'grapheme', maxLength: 10})},
  {weight: 1, arbitrary: fc.string({unit: fc.integer({min: 0, max: 0xffff}).map((code) => String.fromCharCode(code))})}
)

/** One of some 100 KB. */
export const longText: Arbitrary<string> = fc.constantFrom(...long)

/**
 * Values for an input of which some usable texts are known: these, these with something hostile in them, and anything else.
 * What is nearly right gets further than what is all wrong.
 */
export function hostileVariantsOf(usable: Arbitrary<string>): Arbitrary<string> {
  const spliced = fc.tuple(usable, hostileText, fc.nat(), fc.boolean()).map(([text, hostile, at, replaces]) => {
    const place = at % (text.length + 1)
    return `${text.slice(0, place)}${hostile}${text.slice(place + (replaces ? hostile.length : 0))}`
  })
  return fc.oneof(
    {weight: 30, arbitrary: usable},
    {weight: 40, arbitrary: spliced},
    {weight: 29, arbitrary: hostileText},
    {weight: 1, arbitrary: longText}
  )
}

/** What is left of a text in an environment variable, in which inputs come: UTF-8 has no halves of characters. */
export const fromEnvironment = (text: string): string => text.toWellFormed()
