import type {Promoted} from '../bake/promote-later.ts'
import type {Promotion} from '../inputs/promotion.ts'
import {messageOf} from '../lib/errors.ts'
import {failureSection} from './failure-section.ts'
import {code, idCode, text} from './markdown.ts'
import {imageLink, launchTemplateRow, leftRow, listed, parameterRow, tableOf} from './summary-rows.ts'

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
    `## ${isGood ? '✅ Image promoted' : '❌ Image not promoted'}`,
    '',
    ...(failure === undefined ? [] : failureSection(messageOf(failure), env)),
    ...tableOf([
      ['Image', `${imageLink(image, env)} ${code(image.name)}`],
      ['Copies', listed(image.copies.map((copy) => `${code(copy.region)} ${imageLink(copy, env)}`))],
      ['Shared with', isGood ? listed(shared) : undefined],
      ['Deprecated after', isGood && deprecateAfterMs !== undefined ? `${deprecateAfterMs / 3_600_000} h` : undefined],
      ['Parameter', parameterRow(promoted)],
      ['Launch template', launchTemplateRow(promoted)],
      ['Region, account', `${code(region)} ${idCode(accountId)}`],
      ['Left in the account', leftRow(leftovers)]
    ])
  ].join('\n')
}
