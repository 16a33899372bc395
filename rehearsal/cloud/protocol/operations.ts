import * as autoscaling from '@aws-sdk/client-auto-scaling'
import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import * as ssm from '@aws-sdk/client-ssm'
import * as sts from '@aws-sdk/client-sts'
import {NormalizedSchema} from '@smithy/core/schema'
import type {$SchemaRef, StaticOperationSchema, StaticStructureSchema} from '@smithy/types'

/** The AWS services whose own schemas decode requests and encode answers. */
export type AwsService = 'autoscaling' | 'ec2' | 'iam' | 'ssm' | 'sts'

const shapes: Readonly<Record<AwsService, Readonly<Record<string, unknown>>>> = {
  autoscaling: {...autoscaling},
  ec2: {...ec2},
  iam: {...iam},
  ssm: {...ssm},
  sts: {...sts}
}

/** What AWS's own model says of one operation. */
export interface OperationShape {
  readonly input: NormalizedSchema
  readonly output: $SchemaRef
}

/**
 * The shapes that the SDK ships for an operation, or undefined where AWS has no such operation.
 * The SDK exports each operation as `NAME$`; its entries 4 and 5 are the input and the output.
 */
export function operationShape(service: AwsService, action: string): OperationShape | undefined {
  const operation = shapes[service][`${action}$`]
  if (!isOperation(operation)) return undefined
  return {input: NormalizedSchema.of(operation[4]), output: operation[5]}
}

/** 9 is the SDK's mark of an operation; structures and errors are exported under the same kind of name. */
function isOperation(value: unknown): value is StaticOperationSchema {
  return Array.isArray(value) && value[0] === 9
}

/** The SDK's tuple behind a structure's shape; undefined for anything else (an operation without output is `unit`). */
export function structureOf(shape: NormalizedSchema): StaticStructureSchema | undefined {
  const schema = shape.getSchema()
  return typeof schema === 'object' && schema[0] === 3 ? schema : undefined
}
