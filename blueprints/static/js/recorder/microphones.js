/** Which microphone is used, where there is more than one; this browser remembers it. */
import { at, show } from "./view.js";

const KEY = "codesight-microphone";

/** @returns {string} the device's id; empty where nobody has chosen, or the browser keeps nothing */
export function chosenMicrophone() {
  try {
    return at("microphone")?.value || (localStorage.getItem(KEY) ?? "");
  } catch {
    return "";
  }
}

function choose({ target }) {
  try {
    localStorage.setItem(KEY, target.value);
  } catch {
    // Then it counts for as long as the page is open: the field itself keeps it.
  }
}

/** Fills the page's field, and shows it where there is a choice. The browser names devices only once it may use them. */
export async function offerMicrophones() {
  const field = at("microphone");
  if (!field || !navigator.mediaDevices?.enumerateDevices) return;
  const devices = await navigator.mediaDevices.enumerateDevices();
  const named = devices.filter(({ kind, label }) => kind === "audioinput" && label);
  const chosen = chosenMicrophone();
  field.replaceChildren(...named.map(({ deviceId, label }) => new Option(label, deviceId, false, deviceId === chosen)));
  show("microphones", named.length > 1);
  field.onchange = choose;
}
