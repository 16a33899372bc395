/** One level of a form's dotted names: `TagSpecification.1.Tag.2.Key=x` is six levels deep. */
export interface FormNode {
  value?: string
  readonly children: Map<string, FormNode>
}

const newNode = (): FormNode => ({children: new Map()})

/** The protocol's own fields, which no operation declares. */
const protocolFields = new Set(['Action', 'Version'])

export function parseForm(fields: URLSearchParams): FormNode {
  const root = newNode()
  for (const [name, value] of fields) {
    if (protocolFields.has(name)) continue
    let node = root
    for (const part of name.split('.')) {
      let child = node.children.get(part)
      if (!child) node.children.set(part, (child = newNode()))
      node = child
    }
    node.value = value
  }
  return root
}

/** The first dotted name under a node, for naming a parameter that nobody expected. */
export function firstName(node: FormNode, prefix: string): string {
  const next = node.children.entries().next()
  return next.done ? prefix : firstName(next.value[1], `${prefix}.${next.value[0]}`)
}
