// Copy the text of a field when the button beside it is pressed, and say so.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const status = document.getElementById(button.dataset.status);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = "Address copied.";
    } catch {
      // Without https the clipboard is closed to us; the text is selected, ready for the keyboard.
      status.textContent = "Press Ctrl+C or ⌘C to copy the selected address.";
    }
  });
}
