import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withPacker} from './scenario.ts'

/** What a job may have in its environment, under names that tools look for. */
const jobsOwn = {
  GITHUB_TOKEN: 'canary-of-the-job',
  GH_TOKEN: 'canary-of-the-job',
  NODE_AUTH_TOKEN: 'canary-of-the-job',
  NPM_TOKEN: 'canary-of-the-job',
  VAULT_TOKEN: 'canary-of-the-job',
  PACKER_GITHUB_API_TOKEN: 'canary-of-the-job',
  ACTIONS_RUNTIME_TOKEN: 'canary-of-the-job',
  ACTIONS_CACHE_URL: 'https://canary-of-the-job',
  AWS_ACCESS_KEY_ID: 'AKIACANARYOFTHEJOB00',
  AWS_SECRET_ACCESS_KEY: 'canary-of-the-job',
  AWS_SESSION_TOKEN: 'canary-of-the-job',
  AWS_WEB_IDENTITY_TOKEN_FILE: '/canary-of-the-job',
  AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/canary-of-the-job'
}

/** The template's own commands on the runner: they write their environment into a file. */
function templateThatShows(file: string): string {
  const template = ownTemplate()
  const text = readFileSync(template, 'utf8')
  const provisioner = `  provisioner "shell-local" {\n    inline = [${JSON.stringify(`env -0 > '${file}'`)}]\n  }\n`
  writeFileSync(template, text.replace('  provisioner "shell" {', `${provisioner}  provisioner "shell" {`))
  return template
}

withPacker((packer) => {
  it('shows a template’s own commands on the runner no token but that of the endpoint', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'shell-local-')), 'environment')
    let secrets: readonly string[] = []
    let requestToken = ''
    const run = await play(packer, {
      inputs: {template: templateThatShows(file), 'github-token': 'canary-of-the-input'},
      actionEnv: jobsOwn,
      onCloud: ({cloud}) => void (requestToken = cloud.oidc.requestToken),
      afterwards: async ({cloud}) => void (secrets = cloud.secrets())
    })
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    const text = readFileSync(file, 'utf8')
    const environment = new Map(
      text.split('\0').map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)])
    )
    expect(secrets.length).toBeGreaterThan(0)
    expect(
      [...secrets, requestToken, 'canary'].filter((secret) => text.toLowerCase().includes(secret.toLowerCase()))
    ).toEqual([])
    const names = [...environment.keys()].filter((name) => /^(GITHUB|ACTIONS|INPUT|STATE|RUNNER|AWS)_/.test(name))
    expect(names.toSorted()).toEqual([
      'AWS_CONFIG_FILE',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_DEFAULT_REGION',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SHARED_CREDENTIALS_FILE',
      'RUNNER_TRACKING_ID'
    ])
    // The endpoint is on this machine's loopback address, and gone with the build.
    expect(environment.get('AWS_CONTAINER_CREDENTIALS_FULL_URI')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//)
    await expect(fetch(environment.get('AWS_CONTAINER_CREDENTIALS_FULL_URI') ?? '')).rejects.toThrow(/fetch failed/)
    // The runner hides it, so a command that prints it does no harm.
    expect(run.log).not.toContain(environment.get('AWS_CONTAINER_AUTHORIZATION_TOKEN'))
  })
})
