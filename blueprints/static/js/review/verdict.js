// The verdict bar by keyboard, what the form proposes, and how long the reviewer looked.
const form = document.getElementById("verdict");
const note = document.getElementById("note");
const reason = document.getElementById("reason_code");
const usable = document.getElementById("usable");
let chosenByHand = form.elements.replaces.value !== "0";
let seenMs = 0;
let since = document.hidden ? null : performance.now();

const stars = () => Number(form.elements.stars.value);

function propose() {
  const unpaid = stars() > 0 && stars() < 3;
  note.required = unpaid;
  reason.required = unpaid;
  const can = stars() !== 1 && form.elements.plays.checked && form.elements.realistic.checked;
  if (!chosenByHand) usable.checked = can && stars() >= 3;
}

form.addEventListener("change", (event) => {
  if (event.target === usable) chosenByHand = true;
  propose();
});

document.addEventListener("visibilitychange", () => {
  if (since !== null) seenMs += performance.now() - since;
  since = document.hidden ? null : performance.now();
});

form.addEventListener("submit", () => {
  const shown = since === null ? 0 : performance.now() - since;
  form.elements.seconds.value = Math.min(86400, Math.round((seenMs + shown) / 1000));
});

document.addEventListener("keydown", (event) => {
  if (event.target === note) {
    if (event.key === "Escape") note.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, textarea, input[type=search]")) return;
  const control = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (control) {
    event.preventDefault();
    control.click();
  } else if (event.key.toLowerCase() === "n") {
    event.preventDefault();
    note.focus();
  } else if (event.key === "Enter" && !event.target.closest("a, button, summary")) {
    event.preventDefault();
    form.requestSubmit();
  }
});

propose();
