/** `owner/repository/123456789/1`: leads from a resource in the account to the run that made it. */
export function runName(env: NodeJS.ProcessEnv): string {
  const name = [env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID'], env['GITHUB_RUN_ATTEMPT']].filter(Boolean).join('/')
  // Characters that EC2 allows in a tag's value (Tag your resources, restrictions), and none that Packer would
  // evaluate.
  return name.replace(/[^\w+=.:/@-]/g, '_').slice(0, 256) || 'unknown'
}
