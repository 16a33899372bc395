import {XMLParser} from 'fast-xml-parser'

/** What the stand-in reads of a request of WS-Management's shells (MS-WSMV, section 3.1.4.1). */
export interface ShellRequest {
  /** The last word of its action: Create, Command, Send, Receive, Signal or Delete. */
  readonly operation: string
  readonly messageId: string
  /** Empty where the request names none. */
  readonly shellId: string
  readonly commandId: string
  /** The command line with its arguments. */
  readonly command: string
}

const shell = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell'
const transfer = 'http://schemas.xmlsoap.org/ws/2004/09/transfer'
const actions = new Map<unknown, string>([
  ...['Create', 'Delete'].map((name) => [`${transfer}/${name}`, name] as const),
  ...['Command', 'Send', 'Receive', 'Signal'].map((name) => [`${shell}/${name}`, name] as const)
])

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  trimValues: false,
  alwaysCreateTextNode: true
})

/** @throws Error for what is no request of a shell */
export function readRequest(xml: string): ShellRequest {
  const parsed: unknown = parser.parse(xml)
  const at = (...path: readonly string[]): unknown => path.reduce<unknown>(memberOf, parsed)
  const text = (...path: readonly string[]): string => {
    const found = at('Envelope', ...path)
    return typeof found === 'string' ? found : ''
  }
  const action = text('Header', 'Action', '#text').trim()
  const operation = actions.get(action)
  if (operation === undefined) throw new Error(`no action of a shell: ${JSON.stringify(action.slice(0, 100))}`)
  const line = at('Envelope', 'Body', 'CommandLine', 'Arguments')
  const words = (Array.isArray(line) ? line : [line]).map((word: unknown) => memberOf(word, '#text'))
  const commandIds = [['Receive', 'DesiredStream'], ['Send', 'Stream'], ['Signal']].map((path) =>
    text('Body', ...path, '@CommandId')
  )
  return {
    operation,
    messageId: text('Header', 'MessageID', '#text'),
    shellId: text('Header', 'SelectorSet', 'Selector', '#text'),
    commandId: commandIds.find((id) => id !== '') ?? '',
    command: [text('Body', 'CommandLine', 'Command', '#text'), ...words]
      .filter((word) => typeof word === 'string' && word !== '')
      .join(' ')
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

/** The answer to a request. */
export function answer({operation, messageId}: ShellRequest, body: string): string {
  const space = operation === 'Create' || operation === 'Delete' ? transfer : shell
  return envelope(`${space}/${operation}Response`, messageId, body)
}

/** The answer to a request that cannot be met. */
export function fault(messageId: string, reason: string): string {
  const code = '<s:Code><s:Value>s:Sender</s:Value></s:Code>'
  const body = `<s:Fault>${code}<s:Reason><s:Text xml:lang="en-US">${escaped(reason)}</s:Text></s:Reason></s:Fault>`
  return envelope('http://schemas.dmtf.org/wbem/wsman/1/wsman/fault', messageId, body)
}

export const bodies = {
  /** Clients read the id in either place: Packer's of 1.6 in the selector, later ones in the shell. */
  Create: (shellId: string) =>
    '<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet>' +
    `<w:Selector Name="ShellId">${shellId}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>` +
    `<rsp:Shell><rsp:ShellId>${shellId}</rsp:ShellId><rsp:InputStreams>stdin</rsp:InputStreams>` +
    '<rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>',
  Command: (commandId: string) =>
    `<rsp:CommandResponse><rsp:CommandId>${commandId}</rsp:CommandId></rsp:CommandResponse>`,
  /** All that a command printed, at once, and its end. */
  Receive: (commandId: string, stdout: Buffer, stderr: Buffer, exitCode: number) =>
    `<rsp:ReceiveResponse>${stream('stdout', commandId, stdout)}${stream('stderr', commandId, stderr)}` +
    `<rsp:CommandState CommandId="${commandId}" State="${shell}/CommandState/Done">` +
    `<rsp:ExitCode>${exitCode}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>`
}

function stream(name: string, commandId: string, bytes: Buffer): string {
  return bytes.length === 0
    ? ''
    : `<rsp:Stream Name="${name}" CommandId="${commandId}">${bytes.toString('base64')}</rsp:Stream>`
}

function envelope(action: string, messageId: string, body: string): string {
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ' +
    `xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:rsp="${shell}" ` +
    `xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:x="${transfer}"><s:Header>` +
    `<a:Action>${action}</a:Action><a:RelatesTo>${escaped(messageId)}</a:RelatesTo></s:Header><s:Body>${body}</s:Body></s:Envelope>`
  )
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
