/** Shows what became of a practice recording as soon as it is known. */
import { call } from "../recorder/api.js";

const EVERY = 1500;

async function look() {
  // A failure is no news: the next look may work.
  const { judged_at: judged } = await call("GET", document.getElementById("waiting").dataset.asks).catch(() => ({}));
  if (judged) location.reload();
  else setTimeout(look, EVERY);
}

look();
