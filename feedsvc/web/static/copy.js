// Copy the address beside a button when it is pressed, and say so.
for (const group of document.querySelectorAll(".addresses")) {
  const status = group.querySelector("[role=status]");
  for (const button of group.querySelectorAll("button")) {
    const field = button.parentElement.querySelector("input");
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
}
