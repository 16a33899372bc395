/** What EC2 sets where a gp3 volume's call does not. */
export function defaultsOf(type: string): {iops?: number; throughput?: number} {
  return type === 'gp3' ? {iops: 3000, throughput: 125} : {}
}

/** The condition keys that EC2 has for volumes. */
export function volumeContext(size: number, type: string, encrypted: boolean) {
  return {'ec2:VolumeSize': String(size), 'ec2:VolumeType': type, 'ec2:Encrypted': String(encrypted)}
}
