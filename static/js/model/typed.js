// From what a person types to a number.

/** With either minus sign and either decimal point; null where it is no finite number. @param {string} text @returns {number | null} */
export function numberTyped(text) {
  const plain = text.trim().replace(/[\u2212\u2013]/g, "-").replace(/^([-+]?\d*),(\d+)$/, "$1.$2");
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(number) ? number : null;
}
