/** What is used of gifenc, which brings no types. */
type Palette = [number, number, number][];
interface Encoder {
  writeFrame(index: Uint8Array, width: number, height: number, options: { palette: Palette; delay: number; repeat?: number }): void;
  finish(): void;
  bytes(): Uint8Array<ArrayBuffer>;
}
export function GIFEncoder(): Encoder;
/** RGBA to at most `most` colours. */
export function quantize(rgba: Uint8ClampedArray, most: number): Palette;
/** Which colour of the palette each pixel has. */
export function applyPalette(rgba: Uint8ClampedArray, palette: Palette): Uint8Array;
