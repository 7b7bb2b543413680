// Checking the first code without leaving the page: after a mistake the same QR code is still there.
const form = document.querySelector("#check-code");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = form.querySelector(".problem");
  problem.hidden = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    if (answer.ok) return location.assign(form.dataset.done);
    problem.textContent = (await answer.json()).error.message;
  } catch {
    problem.textContent = "The server cannot be reached just now. Try again in a moment.";
  }
  problem.hidden = false;
  form.elements.code.select();
});
