// Tell the builder how high the headlines are, whenever that changes: what stands around them has room to spare.
addEventListener("feed-load", ({ target }) => {
  const drawn = target.shadowRoot.querySelector("[part=container]");
  const tell = () => parent.postMessage({ drawn: drawn.getBoundingClientRect().height }, "*");
  new ResizeObserver(tell).observe(drawn);
});
