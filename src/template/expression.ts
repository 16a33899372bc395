/** A value as a template or a variables file writes it, as far as it can be known without Packer. */
export interface Expression {
  /** The texts in it, those inside lists and maps too. */
  readonly texts: readonly string[]
  /** The variables in it: `var.name`, `local.name`. */
  readonly references: readonly string[]
  /** Counted from 1. */
  readonly line: number
  /** As it is written. */
  readonly source: string
}

/** Legacy JSON's variables, and HCL2's in JSON. */
const references = /\{\{\s*user\s+[`"]([\w-]+)[`"]\s*\}\}|\$\{\s*(var|local)\.([\w-]+)/g

/** An expression of a value in JSON. What Packer would evaluate is no text of its own. */
export function jsonExpression(value: unknown, line: number): Expression {
  const strings = stringsIn(value)
  return {
    texts: strings.map((text) => text.replace(/\{\{.*?\}\}|\$\{.*?\}/gs, '')),
    references: strings.flatMap((text) =>
      [...text.matchAll(references)].map(([, user, kind, name]) => (user ? `var.${user}` : `${kind}.${name}`))
    ),
    line,
    source: JSON.stringify(value)
  }
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
