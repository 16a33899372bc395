import {createHash, timingSafeEqual} from 'node:crypto'
import {Sha256} from '@smithy/core/checksum'
import {SignatureV4} from '@smithy/signature-v4'
import type {HttpRequest} from '@smithy/types'
import {AwsError} from '../protocol/errors.ts'

/** A request as it arrived. */
export interface ArrivedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What an `Authorization: AWS4-HMAC-SHA256 …` header says. */
export interface Signature {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** From `X-Amz-Date`. */
  readonly signedAt: Date
}

const headerForm =
  /^AWS4-HMAC-SHA256\s+Credential=(?<key>[^/,\s]+)\/(?<date>\d{8})\/(?<region>[^/,\s]+)\/(?<service>[^/,\s]+)\/aws4_request\s*,\s*SignedHeaders=(?<headers>[^,\s]+)\s*,\s*Signature=(?<signature>[0-9a-f]{64})$/u

/**
 * Reads the request's signature; undefined where it has none.
 *
 * @throws AwsError IncompleteSignature where the header is there and is not of AWS's form
 */
export function readSignature({headers}: ArrivedRequest): Signature | undefined {
  const authorization = headers['authorization']
  if (authorization === undefined) return undefined
  const {key, date, region, service, headers: names, signature} = headerForm.exec(authorization)?.groups ?? {}
  if (!key || !date || !region || !service || !names || !signature) {
    throw incomplete(`Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.`)
  }
  const signedAt = readAmzDate(headers['x-amz-date'])
  if (!signedAt) throw incomplete(`Authorization header requires existence of an 'X-Amz-Date' header.`)
  return {accessKeyId: key, date, region, service, signedHeaders: names.split(';'), signature, signedAt}
}

/** Signs the request anew with the key that it should have been signed with, and compares. */
export async function signatureIsRight(request: ArrivedRequest, claimed: Signature, secret: string): Promise<boolean> {
  const {accessKeyId, region, service, signedHeaders, signedAt} = claimed
  if (!signedHeaders.includes('host') || !bodyHashIsRight(request)) return false
  const signer = new SignatureV4({
    credentials: {accessKeyId, secretAccessKey: secret},
    region,
    service,
    sha256: Sha256,
    applyChecksum: false
  })
  const signed = await signer.sign(signedPart(request, signedHeaders), {
    signingDate: signedAt,
    signableHeaders: new Set(signedHeaders)
  })
  const right = /Signature=(?<signature>[0-9a-f]{64})/u.exec(signed.headers['authorization'] ?? '')?.groups?.[
    'signature'
  ]
  return right !== undefined && timingSafeEqual(Buffer.from(right), Buffer.from(claimed.signature))
}

/** The request with no other header than those that its signature covers. */
function signedPart({method, url, headers, body}: ArrivedRequest, signedHeaders: readonly string[]): HttpRequest {
  const query: Record<string, string[]> = {}
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value)
  return {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query,
    headers: Object.fromEntries(signedHeaders.map((name) => [name, headers[name] ?? ''])),
    body
  }
}

/** A client may name the body's hash in a header, and the signer then trusts it. */
function bodyHashIsRight({headers, body}: ArrivedRequest): boolean {
  const named = headers['x-amz-content-sha256']
  return named === undefined || named === createHash('sha256').update(body).digest('hex')
}

/** `20261122T101500Z`. */
function readAmzDate(text: string | undefined): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(text ?? '')
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}

const incomplete = (message: string): AwsError => new AwsError('IncompleteSignature', message)
