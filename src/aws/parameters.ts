import {GetParameterCommand, PutParameterCommand, type SSMClient} from '@aws-sdk/client-ssm'

/** A version of a parameter of Systems Manager. */
export interface Parameter {
  readonly value: string
  /** `String`, `StringList` or `SecureString`. */
  readonly type: string
  /** `text`, or `aws:ec2:image`: AWS checks that its values are images. */
  readonly dataType: string
  readonly version: number
}

/** The parameters of one region. */
export interface Parameters {
  /**
   * @param name with `:` and a number behind it, a version of it
   * @returns undefined if there is none
   */
  read(name: string, signal: AbortSignal): Promise<Parameter | undefined>
  /**
   * AWS checks a value of the data type `aws:ec2:image` afterwards, and drops the new version if it is no image that the
   * caller can see (Systems Manager user guide, "Native parameter support for Amazon Machine Image IDs").
   *
   * @returns the number of the new version
   * @throws ParameterAlreadyExists for a new one, if there is one by now
   */
  write(name: string, written: Written, signal: AbortSignal): Promise<number>
}

interface Written extends Pick<Parameter, 'value' | 'dataType'> {
  readonly isNew: boolean
}

export function openParameters(client: SSMClient): Parameters {
  return {
    async read(Name, abortSignal) {
      try {
        const {Parameter: found} = await client.send(new GetParameterCommand({Name}), {abortSignal})
        if (!found) return undefined
        const {Value: value = '', Type: type = '', DataType: dataType = 'text', Version: version = 0} = found
        return {value, type, dataType, version}
      } catch (error) {
        if (error instanceof Error && /^Parameter(Version)?NotFound$/.test(error.name)) return undefined
        throw error
      }
    },
    async write(Name, {value: Value, dataType: DataType, isNew}, abortSignal) {
      const command = new PutParameterCommand({Name, Value, Type: 'String', DataType, Overwrite: !isNew})
      const {Version = 0} = await client.send(command, {abortSignal})
      return Version
    }
  }
}
