/**
 * Whether a type earns and spends CPU credits. EC2 accepts a credit specification only for such types (EC2 API
 * reference, CreditSpecificationRequest).
 */
export function isBurstable(instanceType: string): boolean {
  return /^t(2|3a?|4g)\./.test(instanceType)
}
