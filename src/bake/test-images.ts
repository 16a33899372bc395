import type {BakedImage} from '../packer/images.ts'
import type {SmokeResult} from '../smoke/smoke-test.ts'

/** What the smoke tests of all images of a bake come to. */
export interface Judgement {
  /** `verified` only if every image was. */
  readonly verdict: 'verified' | 'rejected'
  /** Of the rejected ones. */
  readonly reason?: string
  readonly evidence?: string
  /** All that answered, separated by commas where they differ. */
  readonly jenkinsVersion?: string
  /** Of the longest test. */
  readonly smokeSeconds: number
}

/**
 * Tests one image after the other, also when one was rejected, so that one run tells of all of them.
 *
 * @param test launches one image; the name is unlike those of the bake's other tests
 * @throws what the first test throws that could not be carried out
 */
export async function testImages(
  images: readonly BakedImage[],
  test: (image: BakedImage, name: string) => Promise<SmokeResult>
): Promise<Judgement> {
  const results: Tested[] = []
  for (const [index, image] of images.entries()) {
    results.push({image, result: await test(image, index === 0 ? 'smoke' : `smoke-${index + 1}`)})
  }
  return judge(results)
}

interface Tested {
  readonly image: BakedImage
  readonly result: SmokeResult
}

function judge(results: readonly Tested[]): Judgement {
  const several = results.length > 1
  const rejected = results.flatMap(({image, result}) => (result.verdict === 'rejected' ? [{image, ...result}] : []))
  const named = ({source, id}: BakedImage, text: string, between: string): string =>
    several ? `${source} (${id})${between}${text}` : text
  const versions = [...new Set(results.flatMap(({result}) => result.jenkinsVersion ?? []))]
  return {
    verdict: rejected.length > 0 ? 'rejected' : 'verified',
    ...(rejected.length > 0
      ? {
          reason: rejected.map(({image, reason}) => named(image, reason, ': ')).join('\n'),
          evidence: rejected.map(({image, evidence}) => named(image, evidence, '\n')).join('\n\n')
        }
      : {}),
    ...(versions.length > 0 ? {jenkinsVersion: versions.join(',')} : {}),
    smokeSeconds: Math.max(...results.map(({result}) => result.seconds))
  }
}
