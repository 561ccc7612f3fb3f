// Tell the builder how high the headlines are, whenever that changes or it asks: the element has room to spare.
let drawn;
const tell = () => drawn && parent.postMessage({ drawn: drawn.getBoundingClientRect().height }, "*");
addEventListener("feed-load", ({ target }) => {
  drawn = target.shadowRoot.querySelector("[part=container]");
  new ResizeObserver(tell).observe(drawn);
  tell();
});
addEventListener("message", ({ source }) => source === parent && tell());
