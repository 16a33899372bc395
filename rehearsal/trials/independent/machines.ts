import ssh2 from 'ssh2'
import ipaddr from 'ipaddr.js'
import {createLightDriver} from '../../machines/light/driver.ts'
import type {DiskContent, IngressRule, Machine} from '../../machines/driver.ts'
import {standInJenkinsVersion} from '../../jenkins/index-site.ts'
import {idsIn, partsOf} from './gaps.ts'
import {sourceImage} from './moto.ts'

/** Light machines behind the instances of a cloud that has none. */
export interface Machines {
  /** Has the machines do what an answered request asked of their instances. */
  follow(fields: URLSearchParams, body: string): Promise<void>
  /** An answer with the machines' addresses in the place of those that the cloud made up. */
  withAddresses(body: string): string
  close(): Promise<void>
}

/** @param sshPort where port 22 is for root only */
export function createMachines(sshPort: number | undefined): Machines {
  const driver = createLightDriver({
    jenkins: 'ready',
    jenkinsVersion: standInJenkinsVersion,
    ...(sshPort !== undefined ? {sshPort} : {})
  })
  const machines = new Map<string, Machine>()
  const keys = new Map<string, string>()
  const rules = new Map<string, IngressRule[]>()
  const contents = new Map<string, DiskContent>()

  async function launch(fields: URLSearchParams, body: string): Promise<void> {
    const imageId = fields.get('ImageId') ?? ''
    const publicKey = keys.get(fields.get('KeyName') ?? '')
    const groups = valuesOf(fields, /^(NetworkInterface\.\d+\.)?SecurityGroupId\.\d+$/)
    const userData = fields.get('UserData')
    const ingress = (): IngressRule[] => groups.flatMap((id) => rules.get(id) ?? [])
    for (const instanceId of idsIn(body, 'instanceId')) {
      const machine = await driver.launch({
        instanceId,
        imageId,
        content: contents.get(imageId) ?? driver.sourceContent,
        username: 'admin',
        ...(publicKey !== undefined ? {publicKey} : {}),
        ...(userData === null ? {} : {userData: Buffer.from(userData, 'base64').toString()}),
        allows: (port, source) => ingress().some((rule) => letsIn(rule, port, source)),
        ingress,
        metadata: {
          endpoint: 'enabled',
          tokens: 'required',
          accountId: sourceImage.owner_id,
          region: 'us-east-1',
          zone: 'us-east-1a',
          instanceType: fields.get('InstanceType') ?? '',
          reservationId: '',
          macAddress: '',
          securityGroups: groups
        },
        onPowerOff: () => {}
      })
      machines.set(instanceId, machine)
    }
  }

  const each = async (fields: URLSearchParams, work: (machine: Machine) => Promise<void>): Promise<void> => {
    const named = valuesOf(fields, /^InstanceId\.\d+$/).flatMap((id) => machines.get(id) ?? [])
    await Promise.all(named.map(work))
  }

  return {
    async follow(fields, body) {
      if (fields.get('DryRun') === 'true') return
      switch (fields.get('Action')) {
        case 'CreateKeyPair':
          keys.set(fields.get('KeyName') ?? '', publicHalf(/<keyMaterial>([^<]+)/.exec(body)?.[1] ?? ''))
          break
        case 'AuthorizeSecurityGroupIngress': {
          const group = fields.get('GroupId') ?? ''
          rules.set(group, [...(rules.get(group) ?? []), ...rulesIn(fields)])
          break
        }
        case 'RunInstances':
          await launch(fields, body)
          break
        case 'StopInstances':
          await each(fields, (machine) => machine.stop())
          break
        case 'TerminateInstances':
          await each(fields, (machine) => machine.terminate())
          break
        case 'CreateImage': {
          const content = await machines.get(fields.get('InstanceId') ?? '')?.capture()
          if (content) contents.set(/<imageId>([^<]+)/.exec(body)?.[1] ?? '', content)
          break
        }
        default:
      }
    },
    withAddresses(body) {
      return partsOf(body, 'instanceId')
        .map(({id, part}) => {
          const address = machines.get(id)?.address
          return address === undefined
            ? part
            : part.replaceAll(/(<(ipAddress|privateIpAddress|publicIp)>)[^<]+/g, `$1${address}`)
        })
        .join('')
    },
    close: () => driver.close()
  }
}

/** What machines get of a key pair: AWS gives out the private half, in PEM, and keeps the other one. */
function publicHalf(material: string): string {
  const pem = material.replaceAll('&#xA;', '\n').replaceAll('&#10;', '\n')
  const key = ssh2.utils.parseKey(pem)
  if (key instanceof Error) throw new Error(`The key of a key pair could not be read: ${key.message}`, {cause: key})
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}

function rulesIn(fields: URLSearchParams): IngressRule[] {
  return [...fields.keys()].flatMap((name) => {
    const [, prefix] = /^(IpPermissions\.\d+\.)FromPort$/.exec(name) ?? []
    if (prefix === undefined) return []
    const number = (member: string): number => Number(fields.get(`${prefix}${member}`))
    return [
      {
        protocol: fields.get(`${prefix}IpProtocol`) ?? '',
        fromPort: number('FromPort'),
        toPort: number('ToPort'),
        cidrs: valuesOf(fields, new RegExp(`^${prefix.replaceAll('.', '\\.')}IpRanges\\.\\d+\\.CidrIp$`))
      }
    ]
  })
}

function letsIn({fromPort, toPort, cidrs}: IngressRule, port: number, source: string): boolean {
  const address = ipaddr.IPv4.parse(source)
  return port >= fromPort && port <= toPort && cidrs.some((cidr) => address.match(ipaddr.IPv4.parseCIDR(cidr)))
}

function valuesOf(fields: URLSearchParams, form: RegExp): string[] {
  return [...fields].flatMap(([name, value]) => (form.test(name) ? [value] : []))
}
