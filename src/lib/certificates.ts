import {readFileSync} from 'node:fs'
import tls from 'node:tls'
import {messageOf, UserError} from './errors.ts'

/** Variables that Go and the AWS tools read, but Node does not. Node reads NODE_EXTRA_CA_CERTS by itself. */
const variables = ['SSL_CERT_FILE', 'AWS_CA_BUNDLE']

/**
 * The authorities to trust: Node's own and those in the files that `env` names. Undefined when it names none: Node's own then.
 *
 * @returns certificates in PEM
 * @throws {UserError} for a file that cannot be read or holds no certificate
 */
export function trustedCertificates(env: NodeJS.ProcessEnv): string[] | undefined {
  const named = variables.flatMap((variable) => {
    const file = env[variable]
    return file ? [certificatesIn(file, variable)] : []
  })
  return named.length === 0 ? undefined : [...nodesOwn(), ...named]
}

function certificatesIn(file: string, variable: string): string {
  try {
    const text = readFileSync(file, 'utf8')
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM format')
    return text
  } catch (error) {
    throw new UserError(
      `${variable} names ${file}, which cannot be used: ${messageOf(error)}. Correct the path, or unset ${variable}.`,
      {cause: error}
    )
  }
}

/** With those of NODE_EXTRA_CA_CERTS. Tests also run on Node 20, which does not have this function. */
function nodesOwn(): readonly string[] {
  const {getCACertificates, rootCertificates}: Partial<typeof tls> = tls
  return getCACertificates?.('default') ?? rootCertificates ?? []
}
