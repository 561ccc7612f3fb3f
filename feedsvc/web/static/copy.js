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

// Show the ways to pass a page on that this browser has by itself; the others stay hidden.
for (const group of document.querySelectorAll(".share")) {
  const { title, url } = group.dataset;
  const status = group.querySelector("[role=status]");
  const ways = {
    share: navigator.share && (() => navigator.share({ title, url })),
    copy: navigator.clipboard && (async () => {
      await navigator.clipboard.writeText(url);
      status.textContent = "Link copied.";
    }),
  };
  for (const button of group.querySelectorAll("[data-does]")) {
    const way = ways[button.dataset.does];
    button.parentElement.hidden = !way;
    button.addEventListener("click", () => way().catch((error) => {
      // Who closes the list of apps again meant to.
      if (error.name !== "AbortError") status.textContent = "That did not work here: copy the page’s address instead.";
    }));
  }
}
