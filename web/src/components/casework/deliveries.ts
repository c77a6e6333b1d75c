// The ways in which a paper reaches somebody.
export const kDeliveries = ['electronic', 'on_the_spot', 'post', 'public_notice'] as const
export interface Delivery {
  way: (typeof kDeliveries)[number]
  note?: string
}
