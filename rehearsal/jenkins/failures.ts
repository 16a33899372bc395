/** The ways in which the stand-in can be told to fail: the names that java/Failure.java knows. */
export const standInFailures = [
  'java-too-old',
  'port-taken',
  'disk-full',
  'broken-plugin',
  'plugin-linkage',
  'plugin-extension',
  'broken-jcasc',
  'out-of-memory',
  'never-ready'
] as const

export type StandInFailure = (typeof standInFailures)[number]

/** Where the stand-in looks for one of them, at each of its starts. */
export const failureFile = '/etc/jenkins-stand-in/failure'
