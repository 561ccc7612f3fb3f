// Keep previews and code in step with the form, copy code, and measure. All of it works without this file too.
const form = document.querySelector("form.choose");
const result = document.querySelector("#result");
const told = document.querySelector("#told");
form.querySelector(".go").hidden = true;

// What the form asks for.
const address = () => {
  const asked = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...asked]) if (!value) asked.delete(name, value);
  return `${form.action}?${asked}`;
};

let last;
const show = async () => {
  const mine = (last = {});
  const url = address();
  try {
    const answer = await fetch(url);
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== last || !made.querySelector("#result")) return;
    const open = result.querySelector("details.variant[open]")?.dataset.key;
    for (const id of ["preview", "code"]) result.querySelector(`#${id}`).replaceWith(made.querySelector(`#${id}`));
    for (const each of result.querySelectorAll("details.variant")) each.open = each.dataset.key === open;
    result.querySelector(".check form").action = made.querySelector(".check form").getAttribute("action");
    for (const each of form.querySelectorAll(".problem")) {
      each.textContent = made.getElementById(each.id).textContent;
      const field = form.elements[each.id.replace("-problem", "")];
      if (!(field instanceof Element)) continue;
      if (each.textContent) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      field.setAttribute("aria-describedby", each.id);
    }
    form.querySelector(".alert")?.remove();
    const wrong = [...form.querySelectorAll(".problem")].map((each) => each.textContent).filter(Boolean);
    told.textContent = wrong.length ? wrong.join(" ") : "Preview and code are up to date.";
    // The server's own spelling leaves out what is usual: an address that is short enough to share.
    const { action } = result.querySelector(".check form");
    history.replaceState(null, "", answer.ok ? action.split("#")[0] : url);
    uncover();
  } catch {
    told.textContent = "The preview could not be loaded: press Enter in a field to try again.";
  }
};

let soon;
form.addEventListener("input", (event) => {
  clearTimeout(soon);
  // Who types is not done with each letter.
  soon = setTimeout(show, event.target.matches("[type=text], [type=number]") ? 500 : 0);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(soon);
  show();
});

// The switches of the preview are links: here they change the form, which holds the rest of what is chosen.
result.addEventListener("click", (event) => {
  const link = event.target.closest(".switches a");
  if (!link) return;
  event.preventDefault();
  const asked = new URL(link.href).searchParams;
  for (const name of ["look", "dir"]) form.elements[name].value = asked.get(name) ?? "";
  const place = [link.closest("ul").getAttribute("aria-label"), link.textContent];
  show().then(() => {
    const list = result.querySelector(`.switches[aria-label="${place[0]}"]`);
    [...(list?.querySelectorAll("a") ?? [])].find((each) => each.textContent === place[1])?.focus();
  });
});

const uncover = () => {
  for (const button of result.querySelectorAll(".code button")) button.hidden = false;
};
uncover();
result.addEventListener("click", async (event) => {
  const button = event.target.closest(".code button");
  if (!button) return;
  const field = button.closest(".code").querySelector("textarea");
  const status = result.querySelector(".copied");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    status.textContent = "Code copied.";
    const words = button.firstChild;
    words.data = "Copied";
    setTimeout(() => (words.data = "Copy"), 2000);
  } catch {
    // Without https the clipboard is closed to us; the text is selected, ready for the keyboard.
    status.textContent = "Press Ctrl+C or ⌘C to copy the selected code.";
  }
});

// The server has estimated the room for the headlines; the preview tells what they really take.
addEventListener("message", ({ data, source }) => {
  const code = result.querySelector("#code");
  const frame = result.querySelector(`iframe[data-width="${code.dataset.measured}"]`);
  if (source !== frame?.contentWindow || !(data?.drawn > 0 && data.drawn < 1e5)) return;
  // Cards grow with the page, and there is more room than beside the padding of the preview.
  const units = Math.ceil((data.drawn * code.dataset.allowance) / 8) / 2;
  const [old, now] = [code.dataset.reserved, `${units}rem`];
  const pixels = (length) => Math.trunc(parseFloat(length) * 16) + Number(code.dataset.padding);
  if (old === now) return;
  for (const field of code.querySelectorAll("textarea")) {
    for (const [before, after] of [
      [`min-height:${old}`, `min-height:${now}`],
      [`min-height: ${old}`, `min-height: ${now}`],
      [`minHeight: "${old}"`, `minHeight: "${now}"`],
      [`height="${pixels(old)}"`, `height="${pixels(now)}"`],
    ]) field.value = field.value.replace(before, after);
  }
  code.dataset.reserved = now;
  code.querySelector(".room").textContent = now;
});
// Those that were there before this file have told nobody.
for (const frame of result.querySelectorAll("iframe")) frame.contentWindow.postMessage("", "*");
