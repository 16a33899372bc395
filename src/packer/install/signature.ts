/** The signature does not show that the owner of the trusted key made the file. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
}

/**
 * Checks a detached OpenPGP signature. The library is loaded only when something is downloaded.
 *
 * @param trustedKey an armored public key
 * @throws SignatureError
 */
export async function verifySignature(file: Buffer, signature: Buffer, trustedKey: string): Promise<void> {
  const openpgp = await import('openpgp')
  const key = await openpgp.readKey({armoredKey: trustedKey})
  try {
    const {signatures} = await openpgp.verify({
      message: await openpgp.createMessage({binary: new Uint8Array(file)}),
      signature: await openpgp.readSignature({binarySignature: new Uint8Array(signature)}),
      verificationKeys: key,
      expectSigned: true
    })
    await Promise.all(signatures.map((each) => each.verified))
  } catch (error) {
    const fingerprint = key.getFingerprint().toUpperCase()
    throw new SignatureError(`no valid signature of the key ${fingerprint}`, {cause: error})
  }
}
