/** The random number by which this browser is known again, as the consent says. */

const KEY = "codesight-device";

/** @returns {string} the same every time; empty where the browser keeps nothing */
export function device() {
  try {
    const known = localStorage.getItem(KEY) ?? crypto.randomUUID();
    localStorage.setItem(KEY, known);
    return known;
  } catch {
    return "";
  }
}
