// Writes into README.md and docs/ what other files say: tables of inputs and outputs, and workflows. With --check,
// compares instead of writing.
import {readFile, writeFile} from 'node:fs/promises'
import {parse} from 'yaml'
import {rehearseAction} from './rehearse-action.mjs'

const bake = await readFile('action.yml', 'utf8')
const sweep = await readFile('sweep/action.yml', 'utf8')
const promote = await readFile('promote/action.yml', 'utf8')

const pages = {
  'README.md': [['nightly workflow', await example('nightly')]],
  'docs/inputs.md': [
    ['inputs', inputTables(bake)],
    ['outputs', outputTable(bake)]
  ],
  'docs/sweep.md': [
    ['sweep inputs', inputTables(sweep)],
    ['sweep outputs', outputTable(sweep)]
  ],
  'docs/promotion.md': [
    ['promote inputs', inputTables(promote)],
    ['promote outputs', outputTable(promote)],
    ['promotion workflow', await example('approval')]
  ]
}

for (const [page, parts] of Object.entries(pages)) {
  const before = await readFile(page, 'utf8')
  await update(
    page,
    before,
    parts.reduce((text, [name, content]) => between(text, name, content), before)
  )
}
await update('rehearse/action.yml', await readFile('rehearse/action.yml', 'utf8').catch(() => ''), rehearseAction(bake))

async function update(file, before, after) {
  if (!process.argv.includes('--check')) await writeFile(file, after)
  else if (after !== before) {
    console.error(`${file} does not say what action.yml and examples/ say: run 'npm run docs' and commit it.`)
    process.exitCode = 1
  }
}

async function example(name) {
  return `\`\`\`yaml\n${await readFile(`examples/${name}.yml`, 'utf8')}\`\`\`\n`
}

/** One table for each group; the comment lines in action.yml are the groups' names. */
function inputTables(source) {
  const action = parse(source)
  const inputs = source.slice(source.indexOf('\ninputs:'), source.indexOf('\noutputs:'))
  const groups = [...inputs.matchAll(/^ {2}# (.+)\n([\s\S]*?)(?=^ {2}# |$(?![\s\S]))/gm)]
  return groups
    .map(([, title, body]) => {
      const names = [...body.matchAll(/^ {2}([a-z-]+):/gm)].map(([, name]) => name)
      const rows = names.map((name) => {
        const {description, default: value} = action.inputs[name]
        return [`\`${name}\``, value === undefined ? '' : `\`${value}\``, description]
      })
      return `**${title}**\n\n${table(['Input', 'Default', 'What it does'], rows)}`
    })
    .join('\n')
}

function outputTable(source) {
  const {outputs} = parse(source)
  const rows = Object.entries(outputs).map(([name, {description}]) => [`\`${name}\``, description])
  return table(['Output', 'What it is'], rows)
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}

function between(text, name, content) {
  const marker = new RegExp(`(<!-- ${name}, generated -->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`)
  if (!marker.test(text)) throw new Error(`there is no place for the ${name}`)
  return text.replace(marker, (_, begin, end) => `${begin}\n${content}\n${end}`)
}
