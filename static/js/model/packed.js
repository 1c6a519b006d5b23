// Text as it can stand in an address: compressed, in letters that mean nothing there.

const FORM = "deflate-raw";
/** A text that is longer than this, in bytes, was not packed here: no session that a service takes is. */
const MOST = 16_777_216;

/** @param {string} text @returns {Promise<string>} */
export async function packed(text) {
  const bytes = await collected(new Blob([text]).stream().pipeThrough(new CompressionStream(FORM)));
  let letters = "";
  for (let k = 0; k < bytes.length; k += 8192) letters += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Throws where the text was not packed here, or a part of it is missing. @param {string} text @returns {Promise<string>} */
export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const whole = await collected(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(FORM)));
  return new TextDecoder("utf-8", { fatal: true }).decode(whole);
}

/** @param {ReadableStream<Uint8Array>} stream @returns {Promise<Uint8Array>} */
async function collected(stream) {
  const parts = [], reader = stream.getReader();
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    length += next.value.length;
    if (length > MOST) throw new RangeError(`more than ${MOST} bytes`);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
