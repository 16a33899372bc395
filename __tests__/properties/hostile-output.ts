/** What a machine, Packer, AWS or a web page might say to be taken for somebody else. Each under a name. */
export interface HostileOutput {
  readonly name: string
  /** As it is printed; bytes that are no UTF-8 among them. */
  readonly bytes: Buffer
}

const commandNames =
  'add-mask set-output save-state set-env add-path stop-commands error warning notice debug group endgroup echo add-matcher remove-matcher internal-set-repo-path'

const letters: Readonly<Record<string, string>> = {
  LF: '\n',
  CR: '\r',
  'CR LF': '\r\n',
  'LF CR': '\n\r',
  'vertical tab': '\v',
  'form feed': '\f',
  'next line': '\u0085',
  'line separator': '\u2028',
  'paragraph separator': '\u2029',
  NUL: '\0',
  backspace: 'x\b',
  delete: '\u007f',
  'byte order mark': '\ufeff',
  'zero-width space': '\u200b',
  'zero-width joiner': '\u200d',
  'word joiner': '\u2060',
  'soft hyphen': '\u00ad',
  'right-to-left override': '\u202e',
  'grapheme joiner': '\u034f',
  'variation selector': '\ufe0f',
  'Mongolian vowel separator': '\u180e',
  'no-break space': '\u00a0',
  'ideographic space': '\u3000',
  'tag character': '\u{e0001}',
  colour: '\u001b[31m',
  'colour in 8 bits': '\u009b31m',
  'terminal title': '\u001b]0;x\u0007',
  'terminal title that does not end': '\u001b]0;',
  hyperlink: '\u001b]8;;https://example.org\u001b\\',
  'device control': '\u001bP1$r\u001b\\',
  'cursor up': '\u001b[1A\u001b[2K',
  'a bare escape': '\u001b',
  'save cursor': '\u001b7\u001b8'
}

const named: [string, string][] = [
  ...commandNames.split(' ').flatMap((name): [string, string][] => [
    [`::${name}::`, `::${name}::e`],
    [`::${name} with properties`, `::${name} name=ami-id,file=x,title=y::ami-666`],
    [`::${name} in capitals`, `::${name.toUpperCase()} name=ami-id::ami-666`],
    [`##[${name}]`, `##[${name}]e`],
    [`##[${name}] in the middle`, `all is well ##[${name} name=ami-id;file=x;]ami-666`]
  ]),
  ...Object.entries(letters).flatMap(([name, letter]): [string, string][] => [
    [`a command behind: ${name}`, `x${letter}::add-mask::e`],
    [`a command at the start, behind: ${name}`, `${letter}::set-output name=ami-id::ami-666`],
    [`inside of ::, ${name}`, `:${letter}:add-mask::e`],
    [`inside of ##[, ${name}`, `#${letter}#${letter}[add-mask]e`],
    [`before ##[, ${name}`, `${letter}##[add-mask]e`],
    [`inside of the name, ${name}`, `::add-${letter}mask::e`]
  ]),
  ['a command behind blanks', '   \t ::add-mask::e'],
  ['two in one line', '::notice::x::add-mask::e'],
  ['brackets in brackets', '##[##[add-mask]e'],
  ['more signs', '####[add-mask]e'],
  ['full-width', '\uff1a\uff1aadd-mask\uff1a\uff1ae'],
  ['full-width brackets', '\uff03\uff03\uff3badd-mask\uff3de'],
  ['percent codes', '%0A::add-mask::e%0D::add-mask::e'],
  ['escapes of Packer’s own', 'x\\n::add-mask::e\\r::add-mask::e'],
  ['a progress bar', '10%\r20%\r::add-mask::e\r100%'],
  ['many line ends', '\n\r\n\r\r\n\n::add-mask::e\n\n'],
  ['commands stopped and begun again', '::stop-commands::e\n::add-mask::x\n::e::\n::add-mask::e'],
  ['a group that does not end', '::group::x'],
  ['an output file', 'ami-id=ami-666'],
  ['an output file with a delimiter', 'ami-id<<EOF\nami-666\nEOF'],
  ['a variable of the environment', 'PATH=/tmp/evil'],
  ['Markdown', '# Verified\n\n| a | b |\n|---|---|\n[x](https://example.org) ![x](https://example.org) `` ` `` ~~~'],
  ['HTML', '</pre></details><script>alert(1)</script><img src=x onerror=alert(1)>&lt;'],
  ['a lone surrogate', 'a\ud800::add-mask::e'],
  ['bidi', '\u202e::add-mask::e\u2066 x \u2069']
]

const uuid = '6740f1a0-9999-9999-9999-999999999999'

/** What a provisioner prints to be taken for Packer. */
const forged: [string, string][] = [
  ['an artifact', '1732000000,amazon-ebs.own,artifact,0,id,us-east-1:ami-0666666666666666a'],
  ['an artifact’s builder', '1732000000,amazon-ebs.own,artifact,0,builder-id,mitchellh.amazonebs'],
  ['an artifact of another index', '1732000000,amazon-ebs.own,artifact,1,id,us-east-1:ami-0666666666666666a'],
  ['the number of artifacts', '1732000000,amazon-ebs.own,artifact-count,2'],
  [
    'an artifact with escaped commas',
    '1732000000%!(PACKER_COMMA)amazon-ebs.own%!(PACKER_COMMA)artifact%!(PACKER_COMMA)0%!(PACKER_COMMA)id%!(PACKER_COMMA)us-east-1:ami-0666666666666666a'
  ],
  [
    'an artifact behind an escaped line end',
    'x\\n1732000000,amazon-ebs.own,artifact,0,id,us-east-1:ami-0666666666666666a'
  ],
  ['an artifact behind CR', 'x\r1732000000,amazon-ebs.own,artifact,0,id,us-east-1:ami-0666666666666666a'],
  ['an error of Packer’s', '1732000000,amazon-ebs.own,error,Something new'],
  ['the number of errors', '1732000000,,error-count,1'],
  ['a line of the user interface', '1732000000,,ui,say,==> amazon-ebs.own: Instance ID: i-0666666666666666a'],
  ['another build', '==> amazon-ebs.other: Creating temporary keypair: packer_6740f1a0-9999-9999-9999-999999999999'],
  ['another build behind CR', `x\r==> amazon-ebs.own: Creating temporary keypair: packer_${uuid}`],
  ['a key pair', `Creating temporary keypair: packer_${uuid}`],
  ['a key pair of somebody’s', 'Creating temporary keypair: production'],
  ['every key pair', 'Creating temporary keypair: *'],
  ['a group', `Creating temporary security group for this instance: packer_${uuid}`],
  ['an instance profile', `Creating temporary instance profile for this instance: packer-${uuid}`],
  ['a role', `Creating temporary role for this instance: packer-${uuid}`],
  ['an instance', 'Instance ID: i-0666666666666666a'],
  ['a launch', 'Launching a source AWS instance...'],
  ['a spot launch', 'Launching a spot AWS instance...'],
  ['a launch template', 'Created Spot Fleet launch template: lt-0666666666666666a'],
  ['an image', 'AMI: ami-0666666666666666a'],
  ['an image that is made', 'Creating AMI production from instance i-0666666666666666a'],
  ['a connection', 'Connected to SSH!'],
  ['an end', "Terminating the source AWS instance...\nBuild 'amazon-ebs.own' finished after 1 second."]
]

const megabyte = 1_048_576
const fill = (unit: string): string => unit.repeat(Math.ceil(megabyte / unit.length))

const long: [string, string][] = [
  ['1 MB of letters', fill('x')],
  ['1 MB of letters and a command', `${fill('x')}\r::add-mask::e`],
  ['1 MB of commands', fill('::add-mask::e ')],
  ['1 MB of old commands', fill('##[add-mask]e')],
  ['1 MB of escapes', fill('\u001b]')],
  ['1 MB of an escape that does not end', `\u001b]${fill('1;')}`],
  ['1 MB of colours', fill('\u001b[31mx')],
  ['1 MB of CR', fill('\r')],
  ['1 MB of commas', fill(',')],
  ['1 MB of angle brackets', fill('<')],
  ['1 MB of NUL', fill('\0')],
  ['1 MB of blanks', `${fill(' ')}::add-mask::e`]
]

const bytes: [string, Buffer][] = [
  ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x80, 0x3a, 0x3a])],
  ['a cut-off character before a command', Buffer.concat([Buffer.from([0xe2, 0x82]), Buffer.from('::add-mask::e')])],
  [
    'a cut-off character before a line end',
    Buffer.concat([Buffer.from([0xe2, 0x82, 0x0a]), Buffer.from('::add-mask::e')])
  ],
  ['colons written too long', Buffer.concat([Buffer.from([0xc0, 0xba, 0xc0, 0xba]), Buffer.from('add-mask::e')])],
  ['a line end written too long', Buffer.concat([Buffer.from([0x78, 0xc0, 0x8a]), Buffer.from('::add-mask::e')])],
  ['a surrogate in UTF-8', Buffer.concat([Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('::add-mask::e')])],
  ['UTF-16', Buffer.from('\n::add-mask::e\n', 'utf16le')],
  ['every byte', Buffer.from(Array.from({length: 256}, (_, byte) => byte))]
]

const inUtf8 = ([name, text]: [string, string]): HostileOutput => ({name, bytes: Buffer.from(text)})

export const shortOutput: readonly HostileOutput[] = [
  ...[...named, ...forged].map(inUtf8),
  ...bytes.map(([name, raw]) => ({name, bytes: raw}))
]
export const hostileOutput: readonly HostileOutput[] = [...shortOutput, ...long.map(inUtf8)]
/** For outputs that somebody puts together at random. */
export const fragments: readonly string[] = [
  ...Object.values(letters),
  ...[...named, ...forged].map(([, text]) => text),
  ...'::,##[,#,[,],:, ,x,add-mask,set-output name=ami-id,stop-commands,%0A,\\n,\\r,%!(PACKER_COMMA)'.split(',')
]
