import {list, quoted} from '../lib/parse.ts'
import type {Share} from '../promotion/sharing.ts'

const organization = /^arn:aws[a-z-]*:organizations::\d{12}:organization\/o-[a-z0-9]{10,32}$/
const unit = /^arn:aws[a-z-]*:organizations::\d{12}:ou\/o-[a-z0-9]{10,32}\/ou-[a-z0-9-]{6,66}$/

/** Accounts by their ids, organizations and organizational units by their ARNs. */
export const parseShares = list((value): Share => {
  if (/^\d{12}$/.test(value)) return {account: value}
  if (organization.test(value)) return {organization: value}
  if (unit.test(value)) return {unit: value}
  throw new Error(
    `${quoted(value)} is not allowed; expected account ids of 12 digits, or ARNs of organizations or organizational units`
  )
})
