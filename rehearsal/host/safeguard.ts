const credentials = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN'
]

/** The variables of `env` that give access to AWS, or to a token that does. */
export function realCredentials(env: NodeJS.ProcessEnv): string[] {
  return credentials.filter((name) => (env[name] ?? '') !== '')
}

/**
 * A rehearsal makes and removes things by the dozen; where real credentials are at hand, a mistake would do that in AWS.
 * @throws Error that names the variables
 */
export function refuseRealCredentials(env: NodeJS.ProcessEnv): void {
  const present = realCredentials(env)
  if (present.length === 0) return
  throw new Error(
    `A rehearsal does not start where real AWS credentials are at hand, and ${present.join(', ')} ` +
      `${present.length === 1 ? 'is' : 'are'} set. Start it without: env ${present.map((name) => `-u ${name}`).join(' ')} npm run rehearse`
  )
}
