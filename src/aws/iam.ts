import {
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  type IAMClient,
  paginateListRolePolicies,
  RemoveRoleFromInstanceProfileCommand,
  type Tag
} from '@aws-sdk/client-iam'
import type {Described, Resource} from './resources.ts'

/** Instance profiles and roles: Packer makes one of each where a template has a temporary policy document. */
export interface Iam {
  /** @returns undefined when there is none of this name */
  find(resource: Resource, abortSignal: AbortSignal): Promise<Described | undefined>
  /** @throws what AWS answered; `NoSuchEntity…` when it is gone already */
  remove(resource: Resource, abortSignal: AbortSignal): Promise<void>
}

export function openIam(client: IAMClient): Iam {
  const profile = async (InstanceProfileName: string, abortSignal: AbortSignal) =>
    (await client.send(new GetInstanceProfileCommand({InstanceProfileName}), {abortSignal})).InstanceProfile
  const role = async (RoleName: string, abortSignal: AbortSignal) =>
    (await client.send(new GetRoleCommand({RoleName}), {abortSignal})).Role

  return {
    async find(resource, abortSignal) {
      const {type, id} = resource
      const found = await unlessGone(async () => (type === 'role' ? role : profile)(id, abortSignal))
      if (!found) return undefined
      // The name is taken from the answer, not from the request.
      const name = ('RoleName' in found ? found.RoleName : found.InstanceProfileName) ?? ''
      return {...resource, id: name, state: '', created: found.CreateDate, tags: tagsOf(found.Tags)}
    },
    async remove({type, id}, abortSignal) {
      if (type === 'role') {
        // A role with policies in it cannot be deleted.
        for await (const {PolicyNames = []} of paginateListRolePolicies({client}, {RoleName: id}, {abortSignal})) {
          for (const PolicyName of PolicyNames) {
            await client.send(new DeleteRolePolicyCommand({RoleName: id, PolicyName}), {abortSignal})
          }
        }
        await client.send(new DeleteRoleCommand({RoleName: id}), {abortSignal})
        return
      }
      // Nor can a profile with a role in it.
      for (const {RoleName} of (await profile(id, abortSignal))?.Roles ?? []) {
        const input = {InstanceProfileName: id, RoleName}
        await client.send(new RemoveRoleFromInstanceProfileCommand(input), {abortSignal})
      }
      await client.send(new DeleteInstanceProfileCommand({InstanceProfileName: id}), {abortSignal})
    }
  }
}

/** IAM's own word for "not found"; the SDK gives it back with `Exception` at its end. */
function isGone(error: unknown): boolean {
  return error instanceof Error && /^NoSuchEntity(Exception)?$/.test(error.name)
}

async function unlessGone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function tagsOf(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({Key = '', Value = ''}) => [Key, Value]))
}
