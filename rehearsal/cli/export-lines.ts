import type {Cloud} from '../cloud/cloud.ts'

/** The environment for any AWS client, and for the action, as `export NAME='value'` lines for a shell. */
export function exportLines(cloud: Cloud): string {
  const variables = {
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: cloud.administrator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.administrator.secretAccessKey,
    ACTIONS_ID_TOKEN_REQUEST_URL: cloud.oidc.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: cloud.oidc.requestToken,
    ROLE_ARN: cloud.roleArn,
    SOURCE_AMI: cloud.sourceImageId
  }
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('')
}

/** In single quotes a shell changes nothing; a single quote itself has to be put outside of them. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}
