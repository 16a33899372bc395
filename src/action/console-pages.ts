/** The console of each partition; a region that begins with none of these is of the partition aws. */
const consoles: readonly (readonly [regions: RegExp, host: (region: string) => string])[] = [
  [/^cn-/, () => 'console.amazonaws.cn'],
  [/^us-gov-/, () => 'console.amazonaws-us-gov.com'],
  [/^eusc-/, () => 'console.amazonaws-eusc.eu'],
  [/^(?!us-iso|eu-iso)/, (region) => `${region}.console.aws.amazon.com`]
]

interface Endpoints {
  readonly [name: string]: string | undefined
}

/** Whether calls go to AWS itself, and not to an endpoint that the environment names. */
export function isOfAws(env: Endpoints): boolean {
  return (env['AWS_ENDPOINT_URL_EC2'] ?? env['AWS_ENDPOINT_URL'] ?? '') === ''
}

/**
 * The address of an image in the console of AWS.
 *
 * @param env whose endpoints may be those of another AWS, which has no console
 * @returns undefined where there is none, or the region or the id do not have their form
 */
export function imagePage(
  {region, id}: {readonly region: string; readonly id: string},
  env: Endpoints
): string | undefined {
  const [, host] = consoles.find(([regions]) => regions.test(region)) ?? []
  if (
    !isOfAws(env) ||
    !host ||
    !/^[a-z]{2,4}(-[a-z]{2,9}){1,2}-\d{1,2}$/.test(region) ||
    !/^ami-[0-9a-f]{8,17}$/.test(id)
  )
    return undefined
  return `https://${host(region)}/ec2/home?region=${region}#ImageDetails:imageId=${id}`
}
