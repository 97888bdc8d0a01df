/** Dot product of int8 vectors, exact up to 65,535 dimensions; TypeScript twin of `assembly/int8.ts`. */
export function dotI8(signed: Int8Array, left: number, right: number, dim: number): number {
  let sum = 0;
  for (let index = 0; index < dim; index += 1) {
    sum = (sum + signed[left + index]! * signed[right + index]!) | 0;
  }
  return sum;
}
