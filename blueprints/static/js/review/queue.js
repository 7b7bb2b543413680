// Enter begins, wherever the focus is, unless it is on something that has a use for Enter itself.
const start = document.getElementById("start");

document.addEventListener("keydown", (event) => {
  const busy = event.target.closest("a, button, input, select, textarea, summary");
  if (event.key !== "Enter" || busy || !start) return;
  event.preventDefault();
  start.click();
});
