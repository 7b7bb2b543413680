// A new quantity counts at once; without scripts there is an Update button instead.
for (const field of document.querySelectorAll("[data-autosubmit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
