/** An action that a statement of iam/ allows. */
export interface Grant {
  readonly file: string
  readonly sid: string
  readonly action: string
}

/** Bakes that come to call an action, by their names; or where else it is called. */
export type CallersOf = (grant: Grant) => readonly string[] | string

const mostNamed = 3

const introduction = `# Permissions, and which bakes use them

Each bake in the last column calls the action, and ran with no more than the files of \`iam/\` that its inputs ask for. Each call was judged by an
independent policy evaluator ([how](security.md#how-this-is-tested)): all were allowed. Without the action in that statement, at least one of them is denied.
Made by
\`PERMISSIONS_PAGE=write npm test -- __tests__/scenarios/permissions\`.
`

/** docs/permissions.md: what each action of the files in iam/ is needed for. */
export function permissionsPage(grants: readonly Grant[], callersOf: CallersOf): string {
  const files = [...new Set(grants.map(({file}) => file))]
  const tables = files.map((file) => {
    const rows = grants.filter((grant) => grant.file === file).map((grant) => rowOf(grant, callersOf(grant)))
    return `\n## \`${file}\`\n\n| Statement | Action | Called by a bake that … |\n| --- | --- | --- |\n${rows.join('')}`
  })
  return `${introduction}${tables.join('')}`
}

function rowOf({sid, action}: Grant, callers: readonly string[] | string): string {
  return `| ${sid} | \`${action}\` | ${typeof callers === 'string' ? `(${callers})` : namesOf(callers)} |\n`
}

function namesOf(callers: readonly string[]): string {
  const more = callers.length - mostNamed
  return [...callers.slice(0, mostNamed), ...(more > 0 ? [`and ${more} others`] : [])].join('; ')
}
