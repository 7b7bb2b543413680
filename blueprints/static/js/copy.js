// Copies the text of a field, and says that it did.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      // Without https the browser gives no clipboard: the text is selected for the person to copy.
      field.select();
      button.textContent = "Press Ctrl + C";
    }
    setTimeout(() => (button.textContent = words), 2500);
  });
}
