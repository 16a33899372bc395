import {groups, options, snakeCase} from './parameters.ts'

const begin = '<!-- parameters, generated -->\n'
const end = '<!-- end of parameters -->'

/** Writes the tables of parameters into a Markdown file, between its markers. */
export function parameterList(markdown: string): string {
  const [from, to] = [markdown.indexOf(begin), markdown.indexOf(end)]
  if (from < 0 || to < from) throw new Error('iam/README.md has no place for the parameters')
  return `${markdown.slice(0, from + begin.length)}\n${groups.map(table).join('\n')}\n${markdown.slice(to)}`
}

function table({title, parameters}: (typeof groups)[number]): string {
  const rows = parameters.map(({name, default: value, description}) => {
    const file = options[name]
    const adds = file === undefined ? '' : ` Adds [\`${file}.json\`](${file}.json).`
    return `| \`${name}\`<br>\`${snakeCase(name)}\` | ${value ? `\`${value}\`` : ''} | ${description}${adds} |`
  })
  return `**${title}**\n\n| CloudFormation, Terraform | Default | What it does |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}
