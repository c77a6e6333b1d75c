// A public seed for a draw: made by the machine unless somebody brings one (a lottery number of the day, say), shown with the
// result so that anybody can draw again.
export function newSeed(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
