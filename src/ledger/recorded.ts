import {EC2ServiceException} from '@aws-sdk/client-ec2'
import type {ResourceType} from '../aws/resources.ts'
import type {Ledger} from './ledger.ts'

interface Intent {
  readonly type: ResourceType
  /** Ties the id to the intent, for whoever reads the ledger after a kill. */
  readonly key: string
  /** Absent: the bake's own. */
  readonly region?: string
}

/**
 * Makes one resource, with the intent in the ledger before and the id after.
 *
 * @returns its id
 * @throws what `make` throws; the intent stays open unless AWS itself refused
 */
export async function recorded(
  ledger: Ledger,
  {type, key, region}: Intent,
  make: () => Promise<string | undefined>
): Promise<string> {
  ledger.intend(type, key, region)
  try {
    const id = await make()
    if (!id) throw new Error(`AWS answered without the id of the new ${type}`)
    ledger.made(type, id, key, region)
    return id
  } catch (error) {
    if (error instanceof EC2ServiceException && error.$fault === 'client') ledger.refused(key)
    throw error
  }
}
