/** The account of AWS's documentation. */
export const accountId = '123456789012'

/** The repository that GitHub's tokens speak for by default. */
export const defaultSubject = 'repo:example-org/jenkins-images:ref:refs/heads/main'

/** Seconds that a session of a role may last at most. */
export const longestSessionSeconds = 3600
