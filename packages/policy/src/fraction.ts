/**
 * `20%` → 0.2. Shifts the decimal point in the text: dividing by 100 would round twice, and 0.7%
 * would not be the number that 0.007 is.
 */
export const fraction = (rate: string): number => Number(`${rate.slice(0, -1)}e-2`)
