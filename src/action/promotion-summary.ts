import type {Promoted} from '../bake/promote-later.ts'
import type {Promotion} from '../inputs/promotion.ts'
import {messageOf} from '../lib/errors.ts'
import {code, idCode, text} from './markdown.ts'
import {
  earlySummary,
  headAndTable,
  helpRow,
  inShort,
  launchTemplateRow,
  leftRow,
  listed,
  parameterRow,
  wholeIfCut
} from './summary-rows.ts'

/** The job summary of a promotion, in Markdown. */
export function promotionSummary(
  promoted: Promoted,
  {shares, deprecateAfterMs}: Promotion,
  env: NodeJS.ProcessEnv = process.env
): string {
  const {image, failure, leftovers, region, accountId} = promoted
  const isGood = failure === undefined && leftovers.length === 0
  const shared = shares
    .flatMap((share) => Object.values(share))
    .map((one) => (/^\d+$/.test(one) ? idCode(one) : text(one)))
  return [
    ...headAndTable(isGood ? '✅ Image promoted' : '❌ Image not promoted', [
      ['Image', `${code(image.id)} ${code(image.name)}`],
      ['Copies', listed(image.copies.map((copy) => `${code(copy.region)} ${code(copy.id)}`))],
      ['Shared with', isGood ? listed(shared) : undefined],
      ['Deprecated after', isGood && deprecateAfterMs !== undefined ? `${deprecateAfterMs / 3_600_000} h` : undefined],
      ['Parameter', parameterRow(promoted)],
      ['Launch template', launchTemplateRow(promoted)],
      ['Error', failure === undefined ? undefined : inShort(messageOf(failure))],
      ['What to do', helpRow([failure === undefined ? undefined : messageOf(failure)], env)],
      ['Region, account', `${code(region)} ${idCode(accountId)}`],
      ['Left in the account', leftRow(leftovers)]
    ]),
    ...wholeIfCut(failure === undefined ? undefined : messageOf(failure))
  ].join('\n')
}

/** The summary of a promotion that ended before anything was changed. */
export function earlyPromotionSummary(error: unknown, env: NodeJS.ProcessEnv = process.env): string {
  return earlySummary('❌ Nothing was changed', error, env)
}
