/**
 * Whether a type earns and spends CPU credits. Only those take a credit specification: EC2 refuses it for all others
 * (EC2 API reference, CreditSpecificationRequest).
 */
export function isBurstable(instanceType: string): boolean {
  return /^t(2|3a?|4g)\./.test(instanceType)
}
