import {enums} from 'openpgp'
import {hashicorpKey} from '../../../src/packer/install/hashicorp.ts'
import {armored, clearSigned, forge, ownSignatureOfHashiCorpsKey, revoked, type Forgery} from './forgeries.ts'
import {newSigningKey, type SigningKey} from './signing-key.ts'
import {filesOf, standInZip, type Published, type ReleasesSite} from './site.ts'
import {folder, symbolicLink, zipOf} from '../../host/zip.ts'

/** A download that must be refused. */
export interface Tampering {
  readonly name: string
  /** Publishes the release, spoiled. @returns the armored key that the installation is to trust; undefined for the site's own */
  readonly spoil: (site: ReleasesSite, version: string) => Promise<string | undefined>
  /** What the message must say, and those of the other cases do not, but for cases that share one. */
  readonly says: RegExp
}

/** A moment that many days from now. */
const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000)

/** A release with a valid signature and the wrong thing in its zip: only whoever has the key could publish it. */
function zipped(name: string, zip: Buffer, says: RegExp): Tampering {
  return {name, says, spoil: (site, version) => published(site, version, {zip})}
}

const packer = {name: 'packer', content: '#!/bin/sh\n'}

interface Keys {
  /** Signs; the site's own unless given. */
  readonly key?: () => Promise<SigningKey>
  /** The armored key that the installation trusts; the one that signs unless given. */
  readonly trusted?: (key: SigningKey) => string | Promise<string>
}

/** A release whose list comes with something that is no good signature of it. */
function signed(
  name: string,
  says: RegExp,
  sign: (list: Buffer, key: SigningKey) => Buffer | Promise<Buffer>,
  {key, trusted = ({publicKey}) => publicKey}: Keys = {}
): Tampering {
  return {
    name,
    says,
    async spoil(site, version) {
      await site.publish(version)
      const {sums, signature} = filesOf(version)
      const signer = (await key?.()) ?? site.key
      site.files.set(signature, await sign(Buffer.from(site.files.get(sums) as Buffer), signer))
      return trusted(signer)
    }
  }
}

const otherType = (type: string): RegExp =>
  new RegExp(`a signature of type 0x${type}; expected one of a file \\(0x00\\)`)
const listChanged = /does not match: the list was changed after it was signed/
const armoredText = /ASCII-armored; expected the binary file that HashiCorp publishes/
/** A packet that readers ignore: padding (RFC 9580, 5.14). */
const padding = Buffer.from([0xc0 | enums.packet.padding, 1, 0])

/** What has been taken for a signature, or could be. */
const signatures: readonly Tampering[] = [
  signed('an empty signature', /the signature file is empty/, () => Buffer.alloc(0)),
  signed("HashiCorp's own key: its self-signature", otherType('13'), ofHashiCorp(enums.signature.certPositive), {
    trusted: () => hashicorpKey
  }),
  signed("HashiCorp's own key: of a subkey", otherType('18'), ofHashiCorp(enums.signature.subkeyBinding), {
    trusted: () => hashicorpKey
  }),
  signed("HashiCorp's own key: by a subkey", otherType('19'), ofHashiCorp(enums.signature.keyBinding), {
    trusted: () => hashicorpKey
  }),
  signed('signature of a text', otherType('01'), forged({type: enums.signature.text})),
  signed('signature of nothing (standalone)', otherType('02'), forged({type: enums.signature.standalone})),
  signed('signature of a name (certification)', otherType('10'), forged({type: enums.signature.certGeneric})),
  signed('signature of another list', listChanged, (_, key) => key.sign(Buffer.from('another list'))),
  signed('two signatures, of which one is bad', /it holds 2 signatures; expected one/, async (list, key) =>
    Buffer.concat([await key.sign(list), await key.sign(Buffer.from('another list'))])
  ),
  signed('a good signature, and more', /it holds more than a signature/, async (list, key) =>
    Buffer.concat([await key.sign(list), padding])
  ),
  signed('a signature of an unknown version', /it holds no signature that can be read/, async (list, key) => {
    const signature = await key.sign(list)
    return signature.fill(99, signature.length < 194 ? 2 : 3, signature.length < 194 ? 3 : 4)
  }),
  signed('a good signature, armored', armoredText, async (list, key) => armored(await key.sign(list))),
  signed('a text with its signature (cleartext)', armoredText, clearSigned),
  signed('another key under the name of the trusted one', /but that key did not make it/, async (list, key) =>
    forge(list, await newSigningKey(), {names: key})
  ),
  signed('a weak hash', /Insecure message hash algorithm: SHA1/, forged({hash: enums.hash.sha1}), {
    key: () => newSigningKey({isRsa: true})
  }),
  signed(
    'signed before the key was made',
    /it was signed on [\d-]+, before the key [\dA-F]{40} was made on/,
    forged({at: inDays(-10)})
  ),
  signed(
    'a signature that has expired',
    /the signature itself has expired/,
    // The key is a minute old.
    forged({at: new Date(Date.now() - 30_000), lifetime: 10})
  ),
  signed('signed by a key that was revoked', /revoked/, (list, key) => key.sign(list), {trusted: revoked})
]

function forged(forgery: Forgery) {
  return (list: Buffer, key: SigningKey) => forge(list, key, forgery)
}

function ofHashiCorp(type: enums.signature) {
  return () => ownSignatureOfHashiCorpsKey(type)
}

export const tamperings: readonly Tampering[] = [
  {
    name: 'bad checksum: another zip',
    says: /not the file that HashiCorp released: its SHA-256 is/,
    async spoil(site, version) {
      await site.publish(version)
      site.files.set(filesOf(version).zip, zipOf([{name: 'packer', content: 'something else'}]))
    }
  },
  {
    name: 'bad signature: list changed after it was signed',
    says: listChanged,
    async spoil(site, version) {
      await site.publish(version)
      const {sums, zipName} = filesOf(version)
      site.files.set(sums, `${'a'.repeat(64)}  ${zipName}\n`)
    }
  },
  {
    name: 'bad signature: not a signature',
    says: /the file is not an OpenPGP signature/,
    async spoil(site, version) {
      await site.publish(version)
      site.files.set(filesOf(version).signature, '<html>log in</html>')
    }
  },
  {
    name: 'no signature',
    says: /The checksums are not signed there/,
    async spoil(site, version) {
      await site.publish(version)
      site.files.delete(filesOf(version).signature)
    }
  },
  {
    name: 'signature by another key',
    says: /the key [\dA-F]{16} signed it; expected the key [\dA-F]{40}/,
    async spoil(site, version) {
      return published(site, version, {key: await newSigningKey()})
    }
  },
  {
    name: 'signed after the key had expired',
    says: /it was signed on [\d-]+, after the key [\dA-F]{40} had expired on/,
    async spoil(site, version) {
      const key = await newSigningKey({made: inDays(-300), expires: inDays(-100)})
      return publishWith(site, version, {key, signedAt: inDays(-50)})
    }
  },
  {
    name: 'signed in the future',
    says: /correct the clock/,
    async spoil(site, version) {
      return published(site, version, {signedAt: inDays(10)})
    }
  },
  ...signatures,
  {
    name: 'redirect to another host',
    says: /a redirect to another host, https:\/\/files\.example, is refused/,
    async spoil(site, version) {
      await site.publish(version)
      site.files.set(filesOf(version).zip, (_, response) =>
        response.writeHead(302, {location: 'https://files.example/packer.zip'}).end()
      )
    }
  },
  {
    name: 'truncated',
    says: /the answer ended early/,
    async spoil(site, version) {
      await site.publish(version)
      site.files.set(filesOf(version).zip, (_, response) => {
        response.writeHead(200, {'content-length': standInZip.length})
        response.write(standInZip.subarray(0, 20), () => response.destroy())
      })
    }
  },
  {
    name: 'not for this platform',
    says: /lists no packer_/,
    async spoil(site, version) {
      await site.publish(version)
      const {sums, signature} = filesOf(version)
      const list = Buffer.from(`${'0'.repeat(64)}  packer_${version}_plan9_mips.zip\n`)
      site.files.set(sums, list)
      site.files.set(signature, await site.key.sign(list))
    }
  },
  zipped('wrong zip: no zip at all', Buffer.from('<html>'), /it is not a zip/),
  zipped('wrong zip: cut off', cutOff(), /it is cut off|list of files is damaged/),
  zipped('wrong zip: no packer in it', zipOf([{name: 'parker', content: 'x'}]), /it holds no file packer/),
  zipped('wrong zip: two of them', zipOf([packer, packer]), /it holds packer twice/),
  zipped(
    'wrong zip: a path out of its folder',
    zipOf([packer, {name: '../../outside', content: 'x'}]),
    /it holds "\.\.\/\.\.\/outside", a path that leads out/
  ),
  zipped(
    'wrong zip: packer is a folder',
    zipOf([{name: 'packer/', content: '', mode: folder}]),
    /packer in it is a folder/
  ),
  zipped(
    'wrong zip: packer is a symbolic link',
    zipOf([{...packer, content: '/bin/sh', mode: symbolicLink}]),
    /packer in it is a symbolic link/
  ),
  zipped(
    'wrong zip: too large to unpack',
    zipOf([{...packer, claimedSize: 2 ** 32 - 1}]),
    /packer in it unpacks to more than 1000 MB/
  ),
  zipped(
    'wrong zip: larger than it says (a bomb)',
    zipOf([{...packer, content: Buffer.alloc(50_000_000), claimedSize: 1_000}]),
    /packer in it is larger than the zip says/
  ),
  zipped('wrong zip: damaged', damaged(), /packer in it is damaged/)
]

/** What must be taken although it looks odd. */
export const accepted: readonly Omit<Tampering, 'says'>[] = [
  {name: 'an untouched release', spoil: (site, version) => published(site, version)},
  {
    name: 'signed while the key was valid, which has expired since',
    async spoil(site, version) {
      const key = await newSigningKey({made: inDays(-300), expires: inDays(-100)})
      return publishWith(site, version, {key, signedAt: inDays(-200)})
    }
  },
  {
    name: 'signed before the key was renewed',
    async spoil(site, version) {
      const key = await newSigningKey({made: inDays(-300), renewed: inDays(-100), expires: inDays(100)})
      return publishWith(site, version, {key, signedAt: inDays(-200)})
    }
  },
  {
    name: 'signed before the key was renewed, which has expired since',
    async spoil(site, version) {
      const key = await newSigningKey({made: inDays(-300), renewed: inDays(-100), expires: inDays(-10)})
      return publishWith(site, version, {key, signedAt: inDays(-200)})
    }
  }
]

/** The installation trusts the site's own key. */
async function published(site: ReleasesSite, version: string, release?: Published): Promise<undefined> {
  await site.publish(version, release)
}

async function publishWith(site: ReleasesSite, version: string, release: Required<Omit<Published, 'zip'>>) {
  await site.publish(version, release)
  return release.key.publicKey
}

function cutOff(): Buffer {
  // The end of the list of files is there; the list is said to begin after it.
  const zip = Buffer.from(standInZip)
  zip.writeUInt32LE(zip.length - 10, zip.length - 6)
  return zip
}

function damaged(): Buffer {
  const zip = Buffer.from(zipOf([{name: 'packer', content: 'x'.repeat(1_000)}]))
  return Buffer.from(zip.fill(0xff, 38, 44))
}
