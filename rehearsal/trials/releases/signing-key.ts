import * as openpgp from 'openpgp'

/** A key in the place of HashiCorp's, whose private part is HashiCorp's alone. */
export interface SigningKey {
  /** Armored. */
  readonly publicKey: string
  readonly privateKey: openpgp.PrivateKey
  /** A detached, binary signature, made now or as if at another time. */
  sign(content: Buffer, at?: Date): Promise<Buffer>
}

export interface KeyOptions {
  /** An RSA key as HashiCorp's, which takes longer to make. */
  readonly isRsa?: boolean
  readonly made?: Date
  /** When the public key as it is given out says that it expires, as of `renewed` or `made`. */
  readonly expires?: Date
  /** When it was given out anew: its signatures about itself are then of that day, as those of HashiCorp's key are. */
  readonly renewed?: Date
}

export async function newSigningKey({isRsa, made, expires, renewed}: KeyOptions = {}): Promise<SigningKey> {
  // Before the local clock's second: a signature of the same second would be older than its key.
  const date = made ?? new Date(Date.now() - 60_000)
  const userIDs = [{name: 'Not HashiCorp: a test'}]
  const kind = isRsa ? ({type: 'rsa', rsaBits: 2048} as const) : {}
  const original = await openpgp.generateKey({...kind, userIDs, date, format: 'object'})
  const since = renewed ?? date
  const {publicKey} = await openpgp.reformatKey({
    privateKey: original.privateKey,
    userIDs,
    date: since,
    ...(expires ? {keyExpirationTime: (expires.getTime() - date.getTime()) / 1000} : {}),
    format: 'object'
  })
  return {
    publicKey: publicKey.armor(),
    privateKey: original.privateKey,
    async sign(content, at = new Date()) {
      const message = await openpgp.createMessage({binary: new Uint8Array(content)})
      const signature = await openpgp.sign({
        message,
        signingKeys: original.privateKey,
        detached: true,
        format: 'binary',
        date: at
      })
      return Buffer.from(signature)
    }
  }
}
