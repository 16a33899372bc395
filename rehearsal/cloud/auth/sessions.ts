import {iamId, newSecret, newSessionToken} from './ids.ts'
import type {Policy} from './policy.ts'

/** Who is calling. */
export interface Principal {
  readonly kind: 'user' | 'role-session'
  readonly arn: string
  readonly userId: string
  readonly accountId: string
  /** The role that the session stands for. */
  readonly roleArn?: string
  /** Narrows what the role may do. Every one of them must allow a call. */
  readonly sessionPolicies: readonly Policy[]
}

/** A key that calls can be signed with. */
export interface Credential {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expires?: Date
  readonly principal: Principal
}

/** Every key that is or was valid in this cloud. */
export class Credentials {
  readonly #byKey = new Map<string, Credential>()

  /** A user's key: it does not expire and has no session token. */
  addUser(principal: Principal): Credential {
    return this.#add({accessKeyId: iamId('AKIA'), secretAccessKey: newSecret(), principal})
  }

  addSession(principal: Principal, expires: Date): Credential & {readonly sessionToken: string} {
    return this.#add({
      accessKeyId: iamId('ASIA'),
      secretAccessKey: newSecret(),
      sessionToken: newSessionToken(),
      expires,
      principal
    })
  }

  /** The secret halves of all keys that sessions were given. */
  get sessionSecrets(): string[] {
    return [...this.#byKey.values()].flatMap(({secretAccessKey, sessionToken}) =>
      sessionToken === undefined ? [] : [secretAccessKey, sessionToken]
    )
  }

  find(accessKeyId: string): Credential | undefined {
    return this.#byKey.get(accessKeyId)
  }

  #add<C extends Credential>(credential: C): C {
    this.#byKey.set(credential.accessKeyId, credential)
    return credential
  }
}
