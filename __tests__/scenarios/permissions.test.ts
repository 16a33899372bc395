import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import type {Authorize, AuthorizationRequest} from '../../rehearsal/cloud/auth/authorize.ts'
import {tagKeys} from '../../src/aws/tags.ts'
import {permissionsPage, type Grant} from '../helpers/permissions-page.ts'
import {allows, shippedFiles, shippedPolicy, statementsOf, type Statement} from '../helpers/shipped-policy.ts'
import {judgedBakes, type JudgedBake, type JudgedRequest} from './judged-bakes.ts'
import {play, withCurrentPacker} from './scenario.ts'

const judged: JudgedRequest[] = []

/** By the policies that the README hands out, and then by the session policy; each request is kept. */
function judging(bake: JudgedBake): Authorize {
  return (request) => {
    // The account's owner, who has made what is there before.
    if (request.principal.kind === 'user') return {allowed: true}
    judged.push({bake, request})
    return shippedPolicy('permissions.json', statementsFor(bake))(request)
  }
}

/** With the reader's own names. */
function statementsFor({files, names}: JudgedBake, of = statementsOf): readonly Statement[] {
  return files.flatMap((file) =>
    Object.entries(names).reduce<readonly Statement[]>(
      (all, [placeholder, name]) => JSON.parse(JSON.stringify(all).replaceAll(placeholder, name)) as Statement[],
      of(file)
    )
  )
}

withCurrentPacker((packer) => {
  it.each(judgedBakes)('$name with no more than the permissions in iam/ and those of its session', async (bake) => {
    const run = await play(packer, {...bake.options, authorize: judging(bake)})
    expect(run.calls.filter(({errorCode}) => /Unauthorized|AccessDenied/.test(errorCode ?? ''))).toEqual([])
    expect(run.log).not.toMatch(/not authorized to perform/)
    expect(run).toMatchObject({exitCode: bake.exitCode, leftovers: []})
  })

  /** What no bake here comes to, and where else it is needed. */
  const elsewhere: Readonly<Record<string, string>> = {
    'ec2:CancelSpotInstanceRequests':
      '__tests__/iam/sweep-permissions.test.ts: where Packer has left its spot instance',
    'ssm:TerminateSession': 'Packer asks for it at the end of a session only where it is not itself ended first',
    'ssm:ResumeSession': "AWS's plugin asks for it when its connection has broken, which the stand-in's does not"
  }
  const actionsOf = ({Action}: Statement): string[] => [Action].flat()
  // Those of the other actions have tests of their own, and what is asked of KMS no local service asks.
  const others = ['sweep', 'retire', 'ssm-parameter-read', 'promote', 'kms']
  const files = shippedFiles.filter((name) => others.every((other) => name !== `${other}-permissions.json`))
  const grants = files.flatMap((file) =>
    statementsOf(file).flatMap((statement) =>
      actionsOf(statement).map((action) => ({file, sid: statement.Sid ?? '', statement, action}))
    )
  )

  it.each(grants.filter(({action}) => elsewhere[action] === undefined))(
    'a bake would be denied $action without it in $sid of iam/$file',
    async ({file, statement, action}) => {
      const left = statementsOf(file).flatMap((one) => {
        if (one.Sid !== statement.Sid) return [one]
        const rest = actionsOf(one).filter((other) => other !== action)
        return rest.length > 0 ? [{...one, Action: rest}] : []
      })
      const concerned = judged.filter(
        ({bake, request}) => request.action === action && (file === 'permissions.json' || bake.files.includes(file))
      )
      const denied = await anyDenied(concerned, (bake) => [
        ...(file === 'permissions.json' ? left : statementsOf('permissions.json')),
        ...statementsFor(bake, (name) => (name === file ? left : statementsOf(name)))
      ])
      expect(denied).toBe(true)
    }
  )

  it('is told in docs/permissions.md', () => {
    const callersOf = ({file, action}: Grant): readonly string[] | string =>
      elsewhere[action] ?? [
        ...new Set(
          judged
            .filter(
              ({bake, request}) =>
                request.action === action && (file === 'permissions.json' || bake.files.includes(file))
            )
            .map(({bake: {name}}) => name)
        )
      ]
    if (process.env['PERMISSIONS_PAGE'] === 'write') writeFileSync(page, permissionsPage(grants, callersOf))
    // Who calls it may depend on when a bake is killed; what there is to call does not.
    const rows = (text: string): string[] => text.match(/^## .*|^\| \w+ \| `[^`]+` \|/gm) ?? []
    expect(rows(readFileSync(page, 'utf8'))).toEqual(rows(permissionsPage(grants, callersOf)))
  })
})

const page = join(import.meta.dirname, '../../docs/permissions.md')

/** Whether one of these requests is denied with other statements. */
async function anyDenied(
  requests: readonly JudgedRequest[],
  allowedIn: (bake: JudgedBake) => readonly Statement[]
): Promise<boolean> {
  const seen = new Set<string>()
  for (const {bake, request} of requests) {
    const {action} = request
    for (const resource of resourcesOf(bake, request)) {
      const kind = `${bake.name} ${resource.arn.replace(/[0-9a-f]{17}/g, '')} ${Object.keys(resource.context).toSorted().join()}`
      if (seen.has(kind)) continue
      seen.add(kind)
      if (!(await allows(allowedIn(bake), {action, ...resource}))) return true
    }
  }
  return false
}

/**
 * What a template makes without tags the action tags when it sees it, sooner or later than Packer's next call: what counts is what
 * is needed when it is later.
 */
function resourcesOf({files}: JudgedBake, {resources}: AuthorizationRequest): AuthorizationRequest['resources'] {
  if (!files.includes('untagged-template-permissions.json')) return resources
  const ours: ReadonlySet<string> = new Set(Object.values(tagKeys).map((key) => `ResourceTag/${key}`))
  return resources.map(({arn, context}) => ({
    arn,
    context: Object.fromEntries(Object.entries(context).filter(([key]) => !ours.has(key.slice(key.indexOf(':') + 1))))
  }))
}
