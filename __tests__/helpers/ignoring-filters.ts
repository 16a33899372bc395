import type {EC2Client} from '@aws-sdk/client-ec2'

/** Makes a client ask without filters, so that its answers are those of a cloud that ignores them. */
export function ignoringFilters(ec2: EC2Client): void {
  ec2.middlewareStack.add(
    (next) => (args) => next('Filters' in args.input ? {...args, input: {...args.input, Filters: []}} : args),
    {step: 'initialize'}
  )
}
