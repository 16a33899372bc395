import {createCleartextMessage, generateKey, readPrivateKey, sign} from 'openpgp'

/** A key of its own for one repository. It is in this process's memory only. */
export interface SigningKey {
  /** 40 hexadecimal digits in upper case. */
  readonly fingerprint: string
  /** Armored. */
  readonly publicKey: string
  /** @returns the text with its signature around it, as in apt's InRelease */
  clearsign(text: string): Promise<string>
}

export async function makeSigningKey(): Promise<SigningKey> {
  const {privateKey, publicKey} = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: [{name: 'stand-in for the Jenkins project (a rehearsal)'}],
    format: 'armored'
  })
  const key = await readPrivateKey({armoredKey: privateKey})
  return {
    fingerprint: key.getFingerprint().toUpperCase(),
    publicKey,
    clearsign: async (text) => sign({message: await createCleartextMessage({text}), signingKeys: key})
  }
}
