/** How many of each kind stand in an account by default (rehearsal/trials/look-alikes.ts). */
export const lookAlikeCounts = {
  instance: 100,
  'spot-request': 50,
  volume: 100,
  image: 50,
  snapshot: 100,
  'security-group': 50,
  'key-pair': 50,
  'launch-template': 50,
  'instance-profile': 50,
  role: 50
}
