/** A line of the source that keeps something out, and what would be there without it. */
export interface Guard {
  /** What it keeps out, or what it makes sure of. */
  readonly name: string
  /** In src/. */
  readonly file: string
  /** As it stands in the file, once. */
  readonly guard: string
  readonly without: string
  /** In __tests__/: one of these must fail without the guard. */
  readonly tests: readonly string[]
}

type Row = readonly [name: string, guard: string, without: string]

function inFile(file: string, tests: readonly string[], ...rows: readonly Row[]): Guard[] {
  return rows.map(([name, guard, without]) => ({name, file, guard, without, tests}))
}

const output = [
  ...inFile(
    'lib/untrusted.ts',
    ['unit/lib/untrusted.test.ts'],
    ['a prefix before each line of output', '`${prefix}${bounded', '`${bounded'],
    ['old workflow commands are broken up', ".replaceAll('##[', '##\\u200b[')", ''],
    ['lines end at CR too', '/[\\r\\n\\v\\f\\u0085\\u2028\\u2029]+/', '/\\n+/'],
    ['terminal sequences are taken out', ".replace(terminalSequence, '')", ''],
    ['broken characters are repaired', '.toWellFormed()', ''],
    ['control characters are taken out', '/[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+/gu', '/[\\p{Zl}\\p{Zp}]+/gu'],
    ['a line is bounded', 'line.length <= longestLine', 'line.length >= 0'],
    ['a sentence of ours is no command', '/^[\\s\\p{M}]*::/u.test(line)', 'line.length < 0'],
    ['marks before a command count as blanks', '/^[\\s\\p{M}]*::/u', '/^\\s*::/u']
  ),
  ...inFile(
    'lib/log.ts',
    ['unit/lib/log.test.ts', 'properties/answers.test.ts'],
    ['messages are made inert', 'core.info(inertText(text))', 'core.info(text)'],
    ['warnings are made inert', 'core.warning(withLinks(inertText(text), env))', 'core.warning(text)'],
    ['errors are made inert', 'const message = inertText(text)', 'const message = text'],
    ['names of phases are made inert', 'core.startGroup(inertText(name))', 'core.startGroup(name)'],
    ['output of others is quoted', 'inertLines(text, `${inertText(source)} │ `)', 'text.split("\\n")'],
    ['names of builds are made inert', '${inertText(source)}', '${source}']
  ),
  ...inFile(
    'action/markdown.ts',
    ['unit/action/markdown.test.ts'],
    ['no Markdown and no HTML in a summary', '.replace(/[\\\\`*_{}[\\]()#+!|~<>&$]/g, entity)', ''],
    ['no link of GitHub’s making in a summary', '.replace(autolinks, `$&${joiner}`)', ''],
    ['no URL is a link', ':(?=\\/\\/)|', ''],
    ['no www. is a link', 'www(?=\\.)|', ''],
    ['nobody is mentioned', '@|', ''],
    ['no issue is a link', '|#|', '|'],
    ['no issue in GitHub’s other form is a link', '|GH(?=-\\d)', ''],
    ['no advisory is a link', '|CVE(?=-\\d)|GHSA(?=-)', ''],
    ['no commit is a link', '.replace(commits, (id) =>', '.replace(/\\0/g, (id) =>'],
    ['no piece of a commit’s id is one', '/.{6}(?=.)/g', '/.{6}(?=.)/'],
    ['a block does not end before its end', 'Math.max(most, length)', 'Math.min(most, length)'],
    ['a block is bounded', 'output.slice(0, 50_000)', 'output'],
    ['a value in a summary is bounded', 'value.length > longestValue', 'value.length < 0']
  ),
  ...inFile(
    'action/summary-rows.ts',
    ['unit/action/summary.test.ts'],
    ['the rows of a cell are bounded', 'rows.slice(0, mostRows)', 'rows'],
    ['a message in a cell is bounded', 'line.length > mostInShort', 'line.length < 0']
  ),
  ...inFile(
    'action/failure-section.ts',
    ['unit/action/failure-section.test.ts'],
    ['a sentence in a summary is bounded', 'line.length > longestSentence ? `', 'line.length < 0 ? `']
  ),
  ...inFile(
    'action/console-pages.ts',
    ['unit/action/console-pages.test.ts'],
    ['no link to AWS’s console for another AWS', '!isOfAws(env) ||', ''],
    ['only an id is part of a link', '!/^ami-[0-9a-f]{8,17}$/.test(id)', 'false']
  ),
  ...inFile(
    'action/given-inputs.ts',
    ['unit/action/given-inputs.test.ts'],
    ['no secret input in a summary', 'unshown.has(name)', 'false']
  ),
  ...inFile(
    'packer-output/messages.ts',
    ['unit/packer-output/messages.test.ts', 'properties/output.test.ts'],
    ['only lines of the protocol are messages', '!/^\\d+$/.test(timestamp) || ', ''],
    ['only artifact lines are artifacts', "if (category !== 'artifact') continue", '']
  ),
  ...inFile(
    'packer-output/messages.ts',
    ['unit/packer-output/messages.test.ts', 'unit/packer-output/created.test.ts'],
    ['a name with commas in it is read', '(messageAbout(line.slice(timestamp.length + 1)) ?? whole)', 'whole'],
    [
      'a product of EC2 is one',
      'const product = /^([a-z0-9-]{1,30}):((ami|vol|snap)-[0-9a-f]{8,17})$/',
      'const product = /^(.*):((ami|vol|snap)-.*)$/'
    ]
  ),
  ...inFile(
    'packer-output/speakers.ts',
    ['unit/packer-output/speakers.test.ts', 'unit/packer-output/created.test.ts'],
    ['no build that a machine makes up', 'if (this.#speakers.get(known)?.byOthers) return known', ''],
    ['no build that a program on the runner makes up', ' && this.#postProcessorIn(`${begun}:`) === undefined', ''],
    ['others may speak once Packer has handed over', 'if (handsOver.test(text)) speaker.byOthers = true', ''],
    ['the longest name speaks', 'name.length > longest.length ? name : longest', 'longest || name'],
    [
      'while one of a name runs, its machine may speak',
      'if (speaker.running === 0) speaker.byOthers = false',
      'speaker.byOthers = false'
    ]
  ),
  ...inFile(
    'packer-output/created.ts',
    ['unit/packer-output/created.test.ts', 'properties/output.test.ts'],
    ['only builds announce', "if (build === '') return {hints: []}", ''],
    ['a bounded number of hints', 'Math.max(0, most - this.#hints.size)', '1_000']
  ),
  ...inFile(
    'packer-output/build-announcements.ts',
    ['unit/packer-output/created.test.ts', 'properties/output.test.ts'],
    ['nothing is announced once a machine can speak', 'if (byOthers) return build', ''],
    ['no wildcard in a name that is looked for', '/[*?\\\\]/.test(name) ? build : ', ''],
    [
      'only groups of a temporary name',
      'return temporaryName.test(name) ? {...gotPast(build), securityGroups',
      'return true ? {...gotPast(build), securityGroups'
    ],
    [
      'only roles of a temporary name',
      'return temporaryIamName.test(name) ? {...build, roles',
      'return true ? {...build, roles'
    ],
    ['a bounded number of regions', ', region].slice(-most)', ', region]'],
    [
      'a launch is refused only by AWS’s word',
      '(?![\\\\s\\\\S]*\\\\b(?:ExpiredToken|RequestExpired|AuthFailure)\\\\b)',
      ''
    ]
  ),
  ...inFile(
    'packer-output/follow.ts',
    ['unit/packer-output/follow.test.ts'],
    [
      'characters that come in two parts are put together',
      'decoder.write(buffer.subarray(0, bytesRead))',
      "buffer.toString('utf8', 0, bytesRead)"
    ]
  ),
  ...inFile(
    'smoke/evidence.ts',
    ['unit/smoke/evidence.test.ts'],
    ['no first password in the log', ".replace(/\\b[0-9a-f]{32}\\b/gi, '(32 digits, removed)')", '']
  ),
  ...inFile(
    'smoke/launch.ts',
    ['unit/smoke/launch.cloud.test.ts'],
    ['no group of others is opened', 'one.name === name && ', ''],
    ['nor one in another VPC', ' && (vpcId === undefined || one.vpcId === vpcId)', ''],
    ['no machine of others is tested', 'InstanceId === id', 'InstanceId !== undefined']
  ),
  ...inFile(
    'smoke/answer.ts',
    ['unit/smoke/answer.test.ts'],
    ['a page is looked through once', 'endings.delete(name)', '']
  ),
  ...inFile(
    'smoke/self-probe.ts',
    ['unit/smoke/self-probe.test.ts'],
    ['the page in a report is bounded', 'body: body.slice(0, longestBody)', 'body']
  ),
  ...inFile(
    'smoke/request.ts',
    ['unit/smoke/request.test.ts'],
    ['a page is bounded', 'chunk.slice(0, longestBody - body.length)', 'chunk']
  ),
  ...inFile(
    'smoke/request.ts',
    ['unit/smoke/request.test.ts', 'properties/answers.test.ts'],
    ['only versions are versions', '/^\\d+(\\.\\d+){1,3}(-[\\w.-]{1,40})?$/', '/^.*$/s']
  )
]

const environment = inFile(
  'packer/environment.ts',
  ['unit/packer/environment.test.ts'],
  ['not the keys in ~/.aws/credentials', 'AWS_SHARED_CREDENTIALS_FILE: credentials', ''],
  ['not the settings in ~/.aws/config', 'AWS_CONFIG_FILE: config,', ''],
  ['not the metadata service’s credentials', "AWS_EC2_METADATA_DISABLED: 'true',", ''],
  ['no proxy sees the keys', ", '127.0.0.1'].filter(Boolean)", '].filter(Boolean)']
)

const inputs = [
  ...inFile(
    'lib/parse.ts',
    ['unit/inputs/inputs.test.ts'],
    ['patterns are matched', 'if (!pattern.test(value))', 'if (false)'],
    ['words are among the choices', 'if (choice === undefined)', 'if (false)'],
    ['numbers are in their range', 'if (!(number >= least && number <= most))', 'if (false)'],
    ['times are times', 'if (!(ms > 0 && ms <= 86_400_000))', 'if (false)'],
    ['lists are not empty', 'if (items.length === 0)', 'if (false)'],
    ['no password in a URL', 'url.username || url.password || ', ''],
    ['no query in a URL', ' || url.search', ''],
    ['only http', 'if (!/^https?:\\/\\/[', 'if (!/^[a-z:]+\\/\\/['],
    ['nothing in a URL that Packer would evaluate', '\\/\\/[\\w.:/%~+-]+$/.test(value)', '/.test(value)'],
    [
      'ranges are written as AWS reads them',
      '!/^(?:(?:0|[1-9]\\d*)\\.){3}(?:0|[1-9]\\d*)\\/(?:0|[1-9]\\d*)$/.test(value) || ',
      ''
    ],
    ['ranges are ranges', ' || !ipaddr.IPv4.isValidCIDR(value)', '']
  ),
  ...inFile(
    'lib/parse.ts',
    ['unit/inputs/plugin-list.test.ts'],
    ['a quoted value is bounded', 'value.length > 200 ?', 'value.length < 0 ?']
  ),
  ...inFile(
    'inputs/smoke.ts',
    ['unit/inputs/inputs.test.ts', 'properties/inputs.test.ts'],
    ['user data is bounded', 'if (Buffer.byteLength(value) > 16_384)', 'if (false)']
  ),
  ...inFile(
    'inputs/inputs.ts',
    ['unit/inputs/inputs.test.ts', 'properties/inputs.test.ts'],
    ['blanks of variables are kept', "{trimWhitespace: name !== 'vars'}", '{}']
  ),
  ...inFile(
    'lib/paths.ts',
    ['unit/inputs/inputs.test.ts', 'properties/inputs.test.ts'],
    ['no braces in a script’s path', "if (file.includes('{{'))", 'if (false)'],
    ['no path that Packer would change', "if (file !== file.normalize('NFC'))", 'if (false)']
  ),
  ...inFile(
    'inputs/user-tags.ts',
    ['unit/inputs/user-tags.test.ts', 'properties/inputs.test.ts'],
    ['no braces in tags', 'refused.test(line) || ', ''],
    [
      'tags of ours are not the user’s',
      "/^aws:/i.test(key) || key.startsWith(tagKeys.bake.replace(/[^:]*$/, ''))",
      'false'
    ]
  ),
  ...inFile(
    'inputs/plugin-list.ts',
    ['unit/inputs/plugin-list.test.ts'],
    ['plugins are names and versions', 'if (!isPlugin(name, version))', 'if (false)']
  ),
  ...inFile(
    'template/arguments.ts',
    ['unit/template/arguments.test.ts'],
    [
      'only arguments on the list',
      "option && (option.value ? option.value.test(value ?? '') : value === undefined)",
      "line.startsWith('-')"
    ],
    ['arguments with values that are allowed', "option.value.test(value ?? '')", 'true']
  ),
  ...inFile(
    'template/dynamic.ts',
    ['unit/template/dynamic.test.ts'],
    ['every builder may be the one that only Packer knows', 'source, false)', 'source, true)'],
    ['a dynamic block has its component', 'component: label', "component: ''"],
    ['a block that is not repeated is not there', 'values.repetitions(block.around.loops)', '[block.around.loops]']
  ),
  ...inFile(
    'template/json.ts',
    ['unit/template/json-body.test.ts'],
    ['a name in legacy JSON has any case', "name.replaceAll('\\u017F', 's').toLowerCase()", 'name'],
    ['a name is folded as Go does', "name.replaceAll('\\u017F', 's')", 'name']
  ),
  ...inFile(
    'template/user-variables.ts',
    ['unit/template/user-variables.test.ts'],
    ['no template in a variable', "if (value.includes('{{'))", 'if (false)'],
    ['a variable on each line', "if (name === '')", 'if (false)'],
    ['a variable once', 'if (values.has(name))', 'if (false)']
  ),
  ...inFile(
    'template/values.ts',
    ['unit/template/values.test.ts', 'unit/template/template.test.ts', 'unit/template/dynamic.test.ts'],
    ['null is a value of a variable', 'own === undefined ? unknown : own', '(own ?? unknown)'],
    ['a value has the declared type', 'value === undefined ? undefined : converted(value, type)', 'value'],
    ['values of a legacy file are evaluated', "isLegacy ? 'legacy' : 'file'", "'file'"]
  ),
  ...inFile(
    'template/sources.ts',
    ['unit/template/findings.test.ts', 'unit/template/choice.test.ts'],
    [
      'a setting with more than a variable in it keeps its value',
      'variableIn(setting.expression.syntax, this.#locals) === name',
      'setting.expression.references.includes(`var.${name}`)'
    ],
    ['a build has the settings of its own block alone', 'setting.use === use', 'setting.use !== undefined']
  ),
  ...inFile(
    'template/evaluate.ts',
    ['unit/template/dynamic.test.ts'],
    ['a set has its items for keys', 'value instanceof SetItems ? item : index', 'index']
  ),
  ...inFile(
    'template/reading-parts.ts',
    ['unit/template/findings.test.ts'],
    [
      'a builder is named by the last two of three parts',
      "parts.length > 2 ? parts.slice(1, 3).join('.') : name",
      'name'
    ]
  ),
  ...inFile(
    'plan/machine-types.ts',
    ['unit/plan/machine-types.test.ts'],
    ['a build is known by its whole name', 'if (exact !== undefined) return exact', ''],
    ['a part of a name is not taken for one of several', 'likely.length === 1', 'likely.length > 0']
  ),
  ...inFile(
    'template/choice.ts',
    ['unit/template/choice.test.ts', 'unit/template/template.test.ts'],
    [
      'a variable of another type is left alone',
      "!takesOurs(name, reading.variables.get(name)?.kind ?? 'untyped')",
      'false'
    ],
    ['an empty value of a file asks for one', 'isGiven(name) ? isUseless : ', ''],
    ['a placeholder for an image asks for one', "|| (name === 'source_ami' && isPlaceholder(value))", ''],
    ['no type beside spot types', "name === 'instance_type' && isForSpotTypes(sources, request)", 'false'],
    ['no type where spot types are', 'spotTypes(source).isWhole && spotTypes(source).texts.length === 0', 'true']
  ),
  ...inFile(
    'bake/comparison.ts',
    ['unit/bake/comparison.test.ts'],
    ['only verified images are given out again', 'tags[tagKeys.verified] !== undefined &&', ''],
    ['only images of bakes are given out again', 'tags[tagKeys.bake] !== undefined &&', ''],
    ['only images that are kept are given out again', ' && tags[tagKeys.expires] === undefined', ''],
    ['only images of that name are given out again', 'tags[tagKeys.name] === name &&', ''],
    ['only images of that repository are given out again', 'startsWith(`${repository}/`)', "startsWith('')"],
    ['only available images are given out again', "({State}) => State === 'available'", '() => true'],
    ['no deprecated image is given out again', 'deprecated <= now', 'false'],
    ['an old image is not given out again', 'ageMs <= maxAgeMs', 'true']
  ),
  ...inFile(
    'promotion/newer.ts',
    ['unit/promotion/parameter.test.ts', 'unit/promotion/launch-template.test.ts'],
    ['a newer image is not replaced', 'return byAge(find(value), find(imageId)) > 0', 'return false'],
    ['of two of one second all choose the same', '`${CreationDate} ${ImageId}`', 'CreationDate'],
    [
      'only images that are given out win',
      "return State === 'available' && tags[tagKeys.verified] !== undefined && ",
      'return true || '
    ]
  ),
  ...inFile(
    'promotion/parameter.ts',
    ['unit/promotion/parameter.test.ts'],
    [
      'a parameter that was set back stays so',
      'if ((await parameters.read(`${name}:${version}`, signal))?.value === imageId) return true',
      ''
    ],
    ['a parameter of another type is refused', "!parameter || parameter.type === 'String'", 'true']
  ),
  ...inFile(
    'template/imageless.ts',
    ['unit/template/imageless.test.ts'],
    ['a build makes an image', 'if (chosen.length === 0 || chosen.some(mayMakeOne)) return []', 'return []'],
    ['an unknown builder may make an image', 'chosen.some(mayMakeOne)', 'chosen.every(mayMakeOne)']
  ),
  ...inFile(
    'template/findings.ts',
    ['unit/template/findings.test.ts', 'unit/template/constructs.test.ts'],
    [
      'a setting that only Packer knows is not silently false',
      'if (!source.mayBeTrue(name, within)) return undefined',
      'return undefined'
    ],
    ['credentials that share anything are not refused', '!changesOnlyTagged || ', ''],
    ['the image’s own region is no copy', 'texts.some((text) => text !== but)', 'texts.length > 0']
  ),
  ...inFile(
    'template/post-processors.ts',
    ['unit/template/post-processors.test.ts'],
    ['an image is thrown away where none keeps it', '!ends.some(({keeps}) => keeps)', 'true']
  ),
  ...inFile(
    'template/static-keys.ts',
    ['unit/template/static-keys.test.ts'],
    ['a tag is not a key', ' && isOwn(setting)', ''],
    ['no static key', 'problems: [...problems.values()].map(', 'problems: [].map(']
  )
]

const variables = inFile(
  'template/variables.ts',
  ['unit/template/variables.test.ts', 'unit/inputs/inputs.test.ts'],
  ['Packer misses no value', 'template.unset.has(name)', 'false'],
  [
    'a text is escaped',
    "if (!declaration || declaration.kind === 'text' || declaration.kind === 'untyped') return JSON.stringify(value)",
    "if (!declaration || declaration.kind === 'text' || declaration.kind === 'untyped') return `\"${value}\"`"
  ],
  [
    'a number keeps its digits',
    'return value.replace(token, (found) => (isAsWritten(found) ? found : `"${found}"`))',
    'return JSON.stringify(JSON.parse(value))'
  ],
  ['no template in a value of ours', "if (JSON.stringify(known).includes('{{'))", 'if (false)'],
  ['no template in JSON escapes', "if (text.includes('{{'))", 'if (false)'],
  ['no text that Packer would change', "if (!legacy && text !== text.normalize('NFC'))", 'if (false)'],
  ['region and tags are the action’s', 'if (input && isOurs)', 'if (false)'],
  ['only variables that are declared', 'if (!declared.has(name)) return', 'if (false) return'],
  [
    'no value that Packer would take in part',
    'if (fitsType(value, ofDefault, true))',
    'if (fitsType(value, ofDefault, false))'
  ],
  ['no value of another type', 'if (fitsType(value, declaration?.type, false))', 'if (true)'],
  [
    'as many ranges as the default has',
    "declaration.kind === 'tuple' && !fitsType(allowedCidrs, typeOfDefault(declaration), true)",
    'false'
  ],
  [
    'only inputs that have an effect',
    'given.has(input) && (!alsoUsed.has(input) || template.declared.has(variable))',
    'false'
  ]
)

const downloads = [
  ...inFile(
    'packer/install/release.ts',
    ['unit/packer/install/tampered.test.ts', 'unit/packer/install/install.test.ts'],
    ['the list of checksums is signed', 'await requireSignature(list, sums, signature, options.trustedKey)', ''],
    ['a file has its checksum', 'if (actual !== expected)', 'if (false)']
  ),
  ...inFile(
    'packer/install/download.ts',
    ['unit/packer/install/tampered.test.ts', 'unit/packer/install/install.test.ts'],
    ['no redirect to another host', 'if (target.host !== url.host || target.protocol !== url.protocol)', 'if (false)']
  ),
  ...inFile(
    'lib/http.ts',
    ['unit/lib/http.test.ts'],
    [
      'no redirect from https to http',
      "if (target.protocol !== 'https:' && new URL(url).protocol === 'https:')",
      'if (false)'
    ],
    ['no more bytes than are allowed', 'if (size > limit) throw', 'if (false) throw']
  ),
  ...inFile(
    'plan/plugins/signed-json.ts',
    ['unit/plan/plugins/signed-json.test.ts'],
    ['the signature is about every byte', 'this.#signed.update(chunk.subarray(this.#signedFrom, end))', ''],
    [
      'nothing is read between its members',
      'if (depth === 1 && !this.#isInPlace(chunk[at])) throw',
      'if (false) throw'
    ],
    ['no value where a name belongs', 'return byte === quote || byte === closeBrace', 'return true'],
    ['a colon stands behind a name alone', 'this.#isColonNext === (byte === colon) && ', ''],
    ['no member has two values', 'if (values.has(name)) throw', 'if (false) throw'],
    ['a document is bounded', 'if (size > longest) throw', 'if (false) throw'],
    ['what is kept of it is bounded', 'if (this.#kept + piece.size > this.#mostKept)', 'if (false)'],
    ['the members that are kept are bounded', 'if (values.size > mostValues) throw', 'if (false) throw']
  ),
  ...inFile(
    'plan/plugins/signature.ts',
    ['unit/plan/plugins/signature.test.ts'],
    ['the update center is signed', "if (!document.isSignedBy(key, Buffer.from(signature, 'hex')))", 'if (false)'],
    ['its signer is one of the root', '!certificate.verify(issuer.publicKey)', 'false'],
    ['only an authority makes signers', '!issuer.ca || ', ''],
    ['certificates have their time', 'if (!(from <= now.getTime() && now.getTime() <= to))', 'if (false)'],
    ['no weak key', "key?.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048", '!key']
  ),
  ...inFile(
    'plan/plugins/update-center.ts',
    ['unit/plan/plugins/plugins.test.ts'],
    ['Jenkins\u2019s own update center is signed', 'if (isJenkins(url))', 'if (false)'],
    ['the signature is looked at', 'requireSignature(document, root)', '']
  ),
  ...inFile(
    'plan/source.ts',
    ['unit/plan/source.cloud.test.ts'],
    ['an image is the publisher’s', 'one.OwnerId === owner && ', ''],
    ['it has a name of the publisher’s images', " && fits(pattern, one.Name ?? '')", ''],
    ['an image has the id that was asked for', 'ImageId === id', 'ImageId !== undefined']
  ),
  ...inFile(
    'plan/template-images.ts',
    ['unit/plan/template-images.test.ts'],
    ['an image has the id that the template names', 'image.ImageId === id', 'image.ImageId !== undefined'],
    ['it is of the owner that the template names', 'return isTheirs && names', 'return names'],
    ['the login user is of all builders', 'found.size === 1', 'found.size > 0']
  ),
  ...inFile(
    'plan/subnets.ts',
    ['unit/plan/connectivity.test.ts'],
    ['only the given subnets count', ".filter(({SubnetId = ''}) => subnetIds.includes(SubnetId))", ''],
    ['only the VPC that was asked for', '(id === undefined ? IsDefault === true : VpcId === id)', 'true']
  ),
  ...inFile(
    'plan/package-index.ts',
    ['unit/plan/jenkins-version.test.ts'],
    ['versions of Jenkins are bounded', 'if (found.size > mostVersions) throw', 'if (false) throw'],
    ['an index is a path', 'if (!/^[\\w./-]+$/.test(path)) throw', 'if (path === "") throw']
  ),
  ...inFile(
    'packer/install/cache.ts',
    ['unit/packer/install/cache.test.ts'],
    ['a Packer in the tool cache is what was verified', 'if (actual === recorded) return', 'if (true) return'],
    ['it has a record', 'if (recorded === undefined) return', 'if (false) return'],
    ['it is not empty', 'if (size === 0) return', 'if (false) return'],
    [
      'nobody sees a part of it',
      'await rename(path.join(staging, name), path.join(folder, name))',
      'await copyFile(path.join(staging, name), path.join(folder, name))'
    ]
  ),
  ...inFile(
    'packer/install/signature.ts',
    ['unit/packer/install/tampered.test.ts', 'unit/packer/install/signature.test.ts'],
    ['the signature is valid', 'expectSigned: true,', ''],
    ['there is a signature', 'if (signature.length === 0) throw', 'if (false) throw'],
    ['it is over a file', 'if (packet.signatureType !== openpgp.enums.signature.binary)', 'if (false)'],
    ['it is the only one', 'if (packets.length > 1) throw', 'if (false) throw'],
    ['nothing is beside it', 'if (endOfFirstPacket(file) !== file.length) throw', 'if (false) throw'],
    ['it was made while the key was valid', 'if (made >= expires)', 'if (false)'],
    ['it was not made before the key', 'if (made < born)', 'if (false)'],
    ['it was not made in the future', 'if (made > now.getTime())', 'if (false)'],
    ['it has not expired itself', 'if (packet.getExpirationTime() <= now) throw', 'if (false) throw']
  ),
  ...inFile(
    'packer/install/zip.ts',
    ['unit/packer/install/tampered.test.ts', 'unit/packer/install/zip.test.ts'],
    ['no path that leads out of the zip', 'if (outside) throw', 'if (false) throw'],
    ['no symbolic link', 'if (entry.fileType === symbolicLink) throw', 'if (false) throw'],
    ['no file twice', 'if (second) throw', 'if (false) throw'],
    ['no more bytes than are announced', 'if (seen > size) done(', 'if (false) done('],
    ['no file beyond what is expected', 'if (entry.size > mostBytes) throw', 'if (false) throw'],
    ['the file that the zip announces', 'seen === size && sum === checksum', 'true']
  )
]

const lookAlikes = [
  ...inFile(
    'sweep/lost-bakes.ts',
    ['unit/sweep/lost-bakes.test.ts', 'unit/sweep/account.cloud.test.ts'],
    ['only ids of bakes', 'if (!/^[0-9a-f]{12}$/.test(bakeOf(resource)))', 'if (false)'],
    ['what has no expiry stays', 'if (resource.tags[tagKeys.expires] === undefined)', 'if (false)'],
    ['what has not expired stays', 'return expires <= now || isOld ?', 'return true ?'],
    [
      'what was there before its bake stays',
      'if (resource.created !== undefined && resource.created < bake.began)',
      'if (false)'
    ],
    ['a bake with a young machine is not lost', 'if (young) return', 'if (false) return'],
    ['nobody asks for a bake that has its time', 'if (bake.timeoutMs !== undefined && now < bake.end)', 'if (false)'],
    ['a clock that was behind is noticed', 'wasBehind ? usualTimeoutMs : 0', '0']
  ),
  ...inFile(
    'sweep/account.ts',
    ['unit/sweep/account.cloud.test.ts'],
    [
      'what a bake keeps meanwhile is not called removed',
      'limit.aborted ? [] : present.filter',
      '([] as Described[]).filter'
    ],
    [
      'what is in use is not called removed',
      'filter((one) => !isIn(named, one))\n  // A bake',
      'filter(() => true)\n  // A bake'
    ]
  ),
  ...inFile(
    'aws/tags.ts',
    ['unit/aws/tags.test.ts'],
    [
      'an expiry that is no time does not count',
      '/^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$/.test(text)',
      'true'
    ]
  ),
  ...inFile(
    'aws/time.ts',
    ['unit/aws/time.cloud.test.ts'],
    ['the time is AWS’s', 'return new Date(reading.date + steady() - reading.at)', 'return new Date()'],
    ['no clock that somebody sets', 'steady() - reading.at)', 'Date.now() - reading.at)']
  ),
  ...inFile(
    'sweep/ownership.ts',
    ['unit/sweep/ownership.test.ts'],
    ['another bake’s things stay', 'carriesOtherTag(one, this.#evidence) || ', ''],
    ['what was there before stays', 'if (created < began.getTime()) return false', ''],
    ['what is to stay stays', 'return !this.#evidence.stays(one)', 'return true'],
    ['a key pair of others leads to nothing', ' && !this.#othersKeys.has(one.keyName)', ''],
    ['what came after the bake stays', 'until === undefined || created <= until.getTime()', 'true'],
    ['the group of a VPC stays', 'isNobodys(one) || carriesOtherTag', 'carriesOtherTag'],
    [
      'what AWS does not date needs a name',
      'return isUndated(one) && hasNameOfItsOwn(one, evidence)',
      'return isUndated(one)'
    ],
    [
      'only groups and key pairs need no date',
      'return isUndated(one) && hasNameOfItsOwn(one, evidence)',
      'return hasNameOfItsOwn(one, evidence) || true'
    ],
    [
      'what is known counts for what descends from it only once it is gone',
      '(seen.has(nameOf(one)) ? [] : [[nameOf(one), one]])',
      '[[nameOf(one), one]]'
    ],
    [
      'no copies of others',
      'if (source === undefined || !announced.copyRegions.includes(region ?? home)) return false',
      'if (source === undefined) return false'
    ],
    ['an image made of an instance is no copy', 'one.sourceInstanceId === undefined && ', ''],
    ['only snapshots of volumes that Packer told', 'if (!isNamed) return false', ''],
    [
      'a tagged stranger is older',
      'carriesTag(one, evidence) && createdAt(one) < evidence.began.getTime()',
      'carriesTag(one, evidence)'
    ]
  ),
  ...inFile(
    'sweep/search.ts',
    ['unit/sweep/sweep.cloud.test.ts'],
    ['what is released stays', 'released.has(`${one.type} ${one.id}`) || ', ''],
    [
      'what was recorded is looked for by its id',
      'filter(one.Name, this.#claim(type, one.Values))',
      'filter(one.Name, [])'
    ]
  ),
  ...inFile(
    'sweep/take-down.ts',
    ['unit/sweep/take-down.cloud.test.ts'],
    [
      'volumes of a machine are recorded before it ends',
      '    await recordVolumes(account, instances, {bakeId, ledger, abortSignal: limit})\n',
      ''
    ],
    ['no volume of others is recorded', 'sight.proved.own.forEach', 'sight.described.forEach'],
    ['a machine has ended when AWS says so', "state === 'terminated') || undefined", 'state) || undefined']
  ),
  ...inFile(
    'sweep/in-use.ts',
    ['unit/sweep/sweep.cloud.test.ts', 'unit/sweep/account.cloud.test.ts'],
    ['a volume whose instance cannot be seen is not others’', 'seesInstances && resource', 'resource'],
    ['what others use is not tried', "one.type === 'image' && (one.snapshotIds ?? []).includes(id)", 'false'],
    ['a group that others use is not tried', "one.type === 'instance' && (one.groupIds ?? []).includes(id)", 'false']
  ),
  ...inFile(
    'sweep/strangers.ts',
    ['unit/sweep/sweep.cloud.test.ts'],
    [
      'a snapshot of the user’s own is rid of our tags',
      'await ec2.send(new DeleteTagsCommand(',
      'void (new DeleteTagsCommand('
    ]
  ),
  ...inFile(
    'packer/unreported.ts',
    ['unit/packer/unreported.cloud.test.ts'],
    ['no image of a run before', ' && created >= since', ''],
    [
      'images that Packer does not report are found',
      'if (finished.length <= reported.size) return artifacts',
      'return artifacts'
    ]
  ),
  ...inFile(
    'bake/promote.ts',
    ['unit/bake/promote.cloud.test.ts'],
    ['an image of others is not changed', '.filter(({id}) => own.has(id))', '']
  ),
  ...inFile(
    'sweep/lost-bakes.ts',
    ['unit/sweep/lost-bakes.test.ts'],
    ['a group with a name of its own stays', '!isNamedForBake(resource, bakeOf(resource))', 'false'],
    ['one tag by hand does not mislead', 'votes(other) - votes(one) || ', '']
  ),
  ...inFile(
    'sweep/ownership.ts',
    ['unit/sweep/ownership.test.ts'],
    ['a copy of others with tags stays', 'until !== undefined && Object.keys(tags).length > 0', 'false']
  ),
  ...inFile(
    'sweep/keep.ts',
    ['unit/sweep/keep.cloud.test.ts'],
    ['what another bake made keeps its expiry', '(tags[tagKeys.bake] ?? bakeId) === bakeId', 'true'],
    ['what was there before gets no tag', 'created >= began', 'true'],
    ['what others made keeps its tags', 'sight.proved.own.filter', 'sight.described.filter']
  ),
  ...inFile(
    'packer/watch.ts',
    ['unit/packer/watch.cloud.test.ts'],
    ['what a machine names is proved first', 'if (!own.includes(found)) return', '']
  ),
  ...inFile(
    'ledger/state.ts',
    ['unit/ledger/state.test.ts'],
    ['post removes no other folder', '/^\\/tmp\\/bake-jenkins-ami-[0-9a-f]{12}$/.test(folder)', 'folder !== ""'],
    [
      'post acts on no state but main’s',
      "if (!fits || !isIdentity(value['main']) || Number.isNaN(Date.parse(String(value['began']))))",
      'if (false)'
    ]
  ),
  ...inFile(
    'packer/images.ts',
    ['unit/packer/images.cloud.test.ts'],
    [
      'an image is this bake’s',
      'if (expected.bake !== undefined && described.tags[tagKeys.bake] !== expected.bake)',
      'if (false)'
    ],
    ['a snapshot that is mapped in is not', "type === 'snapshot' ? [id] : []", "type === 'snapshot' ? [id] : ids"],
    ['builds of one name are told apart', 'return before === 0 ? image :', 'return true ? image :'],
    ['an image is this account’s', ", Owners: ['self']", ''],
    ['an artifact is an image', '/^([a-z0-9-]+):(ami-[0-9a-f]{8,17})$/', '/^([^:]*):(.*)$/']
  )
]

const session = [
  ...inFile(
    'credentials/session-statements.ts',
    ['unit/credentials/session-policy.test.ts'],
    ['nothing is made without the bake’s tag', "[])]), '*', {\n      StringEquals: ours\n    }),", "[])]), '*'),"],
    ['no tag of a bake on what is there already', "{Null: {'ec2:CreateAction': 'false'}}", '{}'],
    ['only what is the bake’s is changed', 'StringEquals: {[resourceTag(tagKeys.bake)]: bakeId}, ', ''],
    ['what is the bake’s stays the bake’s', ', StringEqualsIfExists: ours', ''],
    ['only copies get a tag later', '{StringEquals: ours, ...isCopy}', '{StringEquals: ours}'],
    ['what may be another’s copy is not deleted', ", deny('ec2:DeleteSnapshot', isCopy)", ''],
    [
      'a launch uses no more than is there for all',
      "['image', 'subnet', 'vpc', ",
      "['image', 'subnet', 'vpc', 'launch-template', "
    ],
    ['a mapped snapshot stays', "[deny('ec2:DeleteSnapshot')]", '[]'],
    ['a mapped snapshot stays with a template without tags', '...keepMapped(options),\n    unless', 'unless'],
    ['sessions on the bake’s machine', "'*', {StringEquals: {[`ssm:resourceTag/${tagKeys.bake}`]: bakeId}}", "'*'"],
    ['sessions of one’s own', '`session/${sessionName}-*`]', "'session/*']"],
    ['no tag of another bake', "unless({Action: '*'}, requestTag(tagKeys.bake)),", ''],
    [
      'nothing of another bake is touched',
      ",\n    unless({NotAction: ec2(['CopyImage', 'RunInstances'])}, resourceTag(tagKeys.bake))",
      ''
    ]
  ),
  ...inFile(
    'credentials/session-policy.ts',
    ['unit/credentials/session-policy.test.ts'],
    ['a policy that AWS takes', 'length <= policyLimit', 'length > 0'],
    [
      'no machines elsewhere',
      '...(regions.length > 1 || copiesAnywhere ? [denyOutside([region], makingMachines)] : [])',
      ''
    ],
    ['no other region', "denyOutside(regions, ['ec2:*', ", 'denyOutside(regions, ['],
    ['a role for EC2 alone', "'*', {StringLike: {'iam:PassedToService': `ec2.${suffix}`}}", "'*'"]
  ),
  ...inFile(
    'template/template.ts',
    ['unit/template/aws-use.test.ts'],
    ['legacy JSON has no maps', "!legacy && choice.filled.has('tags')", "choice.filled.has('tags')"]
  ),
  ...inFile(
    'template/aws-use.ts',
    ['unit/template/aws-use.test.ts'],
    ['every build has the tags', 'builders.every((builder) => carriesTags(', 'builders.some((builder) => carriesTags('],
    ['both branches have the tags', ') && carriesTags(syntax.no, locals, seen)', ')'],
    ['a function that keeps all tags', "if (syntax.name !== 'merge' && syntax.name !== 'tomap') return false", ''],
    ['the bake’s tag is not replaced', ' && !syntax.given.slice(at + 1).some(saysBake)', ''],
    [
      'the variable has the bake’s tags',
      'hasTags ? tagUseOf(builders, sources.reading) : nowhere',
      'tagUseOf(builders, sources.reading)'
    ],
    [
      'it is the variable tags',
      "if (syntax.of.name === 'var') return name === 'tags'",
      "if (syntax.of.name === 'var') return true"
    ],
    ['only a builder that tags', 'tagging.has(builder.type) && ', ''],
    ['no image without run_tags', " && builder.setting('ami_skip_run_tags') === undefined", ''],
    ['a snapshot that cannot be known', 'unknownSnapshots: mapped.some(', 'unknownSnapshots: [].some(']
  )
]

const temporary = [
  ...inFile(
    'packer/environment.ts',
    ['unit/packer/environment.test.ts'],
    ['Packer’s temporary files are where they are removed', 'TMPDIR: options.temporaryFolder,', '']
  ),
  ...inFile(
    'sweep/end.ts',
    ['unit/sweep/end.cloud.test.ts'],
    ['the end leaves no temporary folder', "clearFolder(temporaryFolder, 'everything', log)", '']
  ),
  ...inFile(
    'packer/temporary-folder.ts',
    ['unit/packer/temporary-folder.test.ts'],
    ['the temporary folder is this user’s', '{mode: 0o700}', '{mode: 0o755}'],
    ['sockets in the bake’s folder have a short path', '!isTooLong(inside) && ', ''],
    ['a shell needs no quotes for the temporary folder', ' && /^[\\w/.@+-]+$/.test(inside)', '']
  ),
  ...inFile(
    'ledger/folder.ts',
    ['unit/ledger/folder.test.ts'],
    ['nothing stays of what may be secret', '!isForSweep.test(name)', 'isForSweep.test(name)'],
    ['a folder goes as a whole', "if (what === 'everything') return remove(folder)", '']
  ),
  ...inFile(
    'sweep/post.ts',
    ['unit/sweep/post.cloud.test.ts'],
    ['post removes what may be secret first', "clearFolder(state.folder, 'what may be secret', log)", ''],
    ['post leaves no folder', "clearFolder(state.folder, 'everything', log)", ''],
    [
      'post leaves no temporary folder',
      "if (temporaryFolder !== undefined) clearFolder(temporaryFolder, 'everything', log)",
      ''
    ],
    [
      'post takes the expiry off what was given out',
      'await finishKeeping(account, ledger.released, {bakeId: state.bakeId, began: ledger.began})',
      'await Promise.resolve()'
    ]
  )
]

const masks = [
  ...inFile(
    'credentials/fresh.ts',
    ['unit/credentials/fresh.test.ts'],
    ['each new key is masked', 'secret && log.mask(secret)', 'secret']
  ),
  ...inFile(
    'credentials/oidc.ts',
    ['unit/credentials/oidc.test.ts'],
    ['the OIDC token is masked', 'log.mask(token)', '']
  ),
  ...inFile(
    'credentials/endpoint.ts',
    ['unit/credentials/endpoint.test.ts'],
    ['the endpoint’s token is masked', 'log.mask(token)', ''],
    ['only who has the token gets keys', "if (!isEqual(request.headers.authorization ?? '', token))", 'if (false)'],
    ['only from this machine', "server.listen(0, '127.0.0.1')", 'server.listen(0)']
  )
]

const ends = [
  ...inFile(
    'lib/processes.ts',
    ['unit/lib/processes.test.ts'],
    ['a leader is told by its start', 'return leader.startTime === startTime', 'return true'],
    ['members are no older than their leader', 'Number(member.startTime) >= Number(startTime) && ', ''],
    ['members are of the leader’s session', ' && member.session === pid', ''],
    ['members carry the mark', '(mark === undefined || members.some(', '(true || members.some('],
    ['what cannot be identified is ended', "send(-child.pid, 'SIGKILL')", ''],
    ['nobody is ended who cannot be identified', "if (lookAt(identity.pid) === 'hidden') throw", 'if (false) throw']
  ),
  ...inFile(
    'sweep/post.ts',
    ['unit/sweep/post.cloud.test.ts'],
    ['what was given out stays when the ledger is lost', ', isKept})', '})'],
    ['main writes nothing more when its ledger is read', '...mainRuns, ', '']
  ),
  ...inFile(
    'ledger/ledger.ts',
    ['unit/ledger/ledger.test.ts'],
    [
      'nothing is given out that is not written down',
      'this.#file.appendNow(...entries)',
      'this.#file.append(...entries)'
    ],
    ['announcements are read for a bounded time', 'if (limit.aborted) return', '']
  ),
  ...inFile(
    'packer-output/created.ts',
    ['unit/packer-output/created.test.ts'],
    [
      'a chosen name proves nothing after its build',
      'this.finished.includes(name) ? gaveUpNames(build) : build',
      'build'
    ]
  ),
  ...inFile(
    'packer-output/build-announcements.ts',
    ['unit/packer-output/created.test.ts'],
    ['a machine names no regions', 'regions && !regions.has(region) ? build : ', ''],
    ['regions of a machine push none out', ', region].slice(-most)', ', region].slice(0, most)']
  ),
  ...inFile(
    'ledger/ledger.ts',
    ['unit/ledger/ledger.test.ts'],
    ['regions that are none are forgotten', '.filter((region) => possible.has(region))', '']
  ),
  ...inFile(
    'sweep/post.ts',
    ['unit/sweep/post.cloud.test.ts'],
    ['post looks in no regions that are none', '(regions) => ledger.mayCopyTo(regions)', '() => undefined']
  ),
  ...inFile(
    'ledger/entries.ts',
    ['unit/ledger/ledger.test.ts'],
    ['a line is of one kind', 'kind === undefined || others.length > 0', 'kind === undefined'],
    ['an id is no wildcard', '!ids[type].test(id)', '!ids[type]'],
    [
      'a region is one',
      'return isRegion(place) ? {id, region: place} : undefined',
      'return {id, region: String(place)}'
    ],
    [
      'Packer’s process is one',
      'isIdentity(packer) ? {packer: processOf(packer)}',
      'packer ? {packer: packer as never}'
    ]
  ),
  ...inFile(
    'ledger/file.ts',
    ['unit/ledger/ledger.test.ts'],
    ['a file that is gone is written again', 'if (!existsSync(this.#file))', 'if (this.#written === 0)'],
    ['what could not be given out is not written later', 'this.#lines.length = before', '']
  ),
  ...inFile(
    'lib/run-command.ts',
    ['unit/lib/run-command.test.ts'],
    [
      'what a command has started ends with it',
      'await endStarted(started, timeLimit(endingMs)).catch(() => undefined)',
      "child.kill('SIGKILL')"
    ],
    ['nobody is waited for who holds the output', 'await untilAborted(closed, timeLimit(drainingMs))', 'await closed']
  ),
  ...inFile(
    'retire/images.ts',
    ['unit/retire/retire.cloud.test.ts'],
    [
      'what is not verified, or not released yet, never retires',
      'if (!isReleased || !/^[0-9a-f]{12}$/.test(bakeId)) return undefined',
      ''
    ]
  ),
  ...inFile(
    'retire/choose.ts',
    ['unit/retire/choose.test.ts'],
    [
      'the newest image never retires',
      'const newest = newestFirst.slice(0, 1)',
      'const newest = newestFirst.slice(0, 0)'
    ],
    ['at least one image is kept', 'Math.max(1, keepLast)', 'keepLast'],
    ['a protected image stays', "if (isProtected) return 'it is protected against deregistration'", ''],
    [
      'an image that was launched or made lately stays',
      'if (!(now.getTime() - (lastLaunched ?? created)',
      'if (false && !(now.getTime() - (lastLaunched ?? created)'
    ],
    ['an image of an unknown kind stays', "if (kind === undefined) return 'its tags", "if (false) return 'its tags"]
  ),
  ...inFile(
    'retire/uses.ts',
    ['unit/retire/retire.cloud.test.ts'],
    ['stopped machines count', "State?.Name !== 'terminated'", "State?.Name === 'running'"],
    ['the default and the latest version count', "['$Default', '$Latest']", "['$Latest']"],
    ['numbered versions of groups count', 'of numberedVersions(group)) {', 'of [] as [string, string][]) {'],
    ['images of overrides count', 'await this.#note(ImageId, who)', ''],
    ['AWS’s own look counts', 'await looking.atReferences()', '']
  ),
  ...inFile(
    'aws/own-snapshots.ts',
    ['unit/retire/retire.cloud.test.ts', 'unit/promotion/verified-image.test.ts'],
    ['snapshots of others stay, and are not shared', ' && created >= began', '']
  ),
  ...inFile(
    'retire/retire.ts',
    ['unit/retire/retire.cloud.test.ts'],
    ['shared images stay', 'if (sharedWith > 0)', 'if (false)']
  ),
  ...inFile(
    'promotion/verified-image.ts',
    ['unit/promotion/verified-image.test.ts'],
    ['only verified images are promoted', 'if (!isVerified(image))', 'if (false)'],
    ['only released images are promoted', 'if (!isReleased(image))', 'if (false)'],
    [
      'a copy of another image of the bake is none of this',
      'other.tags[tagKeys.source] === tags[tagKeys.source] &&',
      ''
    ]
  ),
  ...inFile(
    'promotion/launch-template-newest.ts',
    ['unit/promotion/launch-template.test.ts'],
    ['versions of before are no rivals', 'created && created >= since', 'created'],
    ['a rival may have an earlier version', 'before.number + 1 - earlierRivals', 'before.number + 1'],
    ['versions for others are no rivals', 'madeFor === purpose && ', ''],
    ['who has changed it looks', 'if (now.number !== launched.number) return now', ''],
    ['a trial stays the latest', ' || !rivals.includes(latest)', '']
  ),
  ...inFile(
    'promotion/launch-template.ts',
    ['unit/promotion/launch-template.test.ts'],
    ['a newer image stays in the launch template', "if (origin !== 'chosen' && isOlder)", 'if (false)'],
    ['what was set back stays', "const launched = origin === 'reused' ?", 'const launched = false ?'],
    ['another default version that came meanwhile stays', 'if (now.number !== before.number) return undefined', ''],
    [
      'the newest image wins',
      "const now = origin === 'chosen' ? {number, imageId}",
      'const now = true ? {number, imageId}'
    ]
  ),
  ...inFile(
    'promotion/parameter.ts',
    ['unit/promotion/parameter.test.ts'],
    [
      'a newer image stays in the parameter',
      "        before &&\n        origin !== 'chosen' &&",
      '        before &&\n        false &&'
    ]
  ),
  ...inFile(
    'plan/session-manager-plugin.ts',
    ['unit/plan/session-manager-plugin.test.ts'],
    ['the plugin’s output is bounded', ' | head -c 4096', ''],
    ['a plugin that hangs is ended', 'if (plugin) await endProcess', 'if (false) await endProcess']
  ),
  ...inFile(
    'packer/plugins/cache.ts',
    ['unit/packer/plugins/cache.test.ts'],
    ['plugins that another job uses stay', 'if (others !== undefined) return others', '']
  ),
  ...inFile(
    'packer/build.ts',
    ['unit/packer/build.test.ts'],
    [
      'Packer’s group ends with it',
      'await endStarted(group, timeLimit(killingMs)).catch((error',
      'await Promise.resolve().catch((error'
    ],
    ['its output is shown no faster than it is read', 'if (behind) await behind', '']
  ),
  ...inFile(
    'packer/transcript.ts',
    ['unit/packer/transcript.test.ts'],
    ['artifacts are bounded', 'if (isFull) return', '']
  ),
  ...inFile(
    'packer/diagnosis.ts',
    ['unit/packer/diagnosis.test.ts'],
    ['a script on this runner is not Packer', 'connected || local === true', 'connected'],
    ['it has no advice for the machine', 'return rule.onRunner ? ', 'return true ? '],
    ['a warning is no cause', ' && !harmless.test(text)', '']
  ),
  ...inFile(
    'packer/installed-packages.ts',
    ['unit/packer/installed-packages.test.ts'],
    ['a list is of packages', 'if (!name || !release || !architecture || !source)', 'if (false)'],
    ['a list names its system', "if (kind !== 'deb' && kind !== 'rpm')", "if (kind === 'no')"],
    ['a list has an end', 'stats.size > longest', 'stats.size > Infinity'],
    ['a list is a file', '!stats.isFile()', 'false'],
    ['a list is no link', ' | constants.O_NOFOLLOW', '']
  ),
  ...inFile(
    'action/sbom.ts',
    ['unit/action/sbom.test.ts'],
    ['packages are named as scanners look for them', 'pkg:${kind}/${trivyName(id)}/', 'pkg:${kind}/${id}/'],
    ['source packages are named', "['upstream', source]", "['upstream', name]"]
  ),
  ...inFile(
    'packer/diagnosis/failure.ts',
    ['unit/packer/transcript.test.ts'],
    ['what was said is bounded', 'this.#last[this.#later % lastSaid]', 'this.#last[this.#later]'],
    ['errors are bounded', 'args.map((text) => text.slice(0, 2 * longest))', 'args'],
    ['a machine’s words are no cause', 'if (makingImage.test(text)) this.cause = undefined', ''],
    ['only an error of the clean-up is replaced', " && cleanupError.test(error.args[0] ?? '')", '']
  ),
  ...inFile(
    'packer-output/follow.ts',
    ['unit/packer-output/follow.test.ts'],
    ['a line is bounded', '.slice(0, longestLine)', ''],
    ['others have their turn', 'const pieceSize = 4_096', 'const pieceSize = 4_096_000']
  ),
  ...inFile(
    'packer/room.ts',
    ['unit/packer/room.test.ts'],
    ['a disk may be full for a moment', 'if (failures < mostFailures) return', 'return'],
    ['a folder may be emptied', "=== 'ENOENT' ? 0 : failures + 1", "=== 'ENOENT' ? failures + 1 : failures + 1"]
  ),
  ...inFile(
    'template/allowed-environment.ts',
    ['unit/packer/environment.test.ts'],
    [
      'only what is on the list reaches Packer',
      '(names.has(entry[0]) || prefixes.some((prefix) => entry[0].startsWith(prefix)))',
      'true'
    ],
    ['not GitHub’s token', "entry[0] !== 'PACKER_GITHUB_API_TOKEN' &&", ''],
    ['sockets have a short path', "...(isTooLong(env['TMPDIR']) ? {TMPDIR: shortTemporaryFolder} : {}),", '']
  ),
  ...inFile(
    'credentials/connections.ts',
    ['unit/credentials/connections.test.ts', 'unit/credentials/endpoint.test.ts'],
    ['idle connections are bounded', '    trim()\n  })', '  })'],
    ['a request that is answered stays', 'waiting.delete(socket)\n    },', '},'],
    [
      'files are let go of for connections',
      'reserve.splice(0).forEach((handle) => closeSync(handle))\n      trim()',
      'trim()'
    ]
  ),
  ...inFile(
    'credentials/endpoint.ts',
    ['unit/credentials/endpoint.test.ts'],
    ['no connection is kept', ", connection: 'close'", '']
  ),
  ...inFile(
    'credentials/fresh.ts',
    ['unit/credentials/fresh.test.ts'],
    ['no source is waited for that does not listen', 'await untilAborted(source(limit), limit)', 'await source(limit)'],
    [
      'a clock that is set makes no key valid',
      'lifetime - (elapsed() - since)',
      'leftByClock({keys: held?.keys} as Held)'
    ],
    ['a machine may have slept', 'Math.min(left, leftByClock(one))', 'left']
  ),
  ...inFile(
    'lib/log.ts',
    ['unit/lib/log.test.ts'],
    ['a runner that is gone ends nothing', "stream.on('error', act)", "stream.on('end', act)"]
  )
]

/** What must not be lost without a test that tells. */
export const guards: readonly Guard[] = [
  output,
  environment,
  inputs,
  variables,
  downloads,
  lookAlikes,
  session,
  temporary,
  masks,
  ends
].flat()
