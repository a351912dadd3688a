// Listens for new mentions while the page is visible, and offers to show the stories that are new.
// Without this file the page shows them when it is loaded again.
"use strict";
(() => {
  const place = document.querySelector("[data-updates]");
  const button = place?.querySelector("button");
  if (!place || !("EventSource" in window)) return;
  const title = document.title;
  let address = place.dataset.updates;
  let stream;
  let waits;
  let fresh;
  const ids = (page) => [...page.querySelectorAll(".story[id]")].map((story) => story.id);
  const offer = async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const shown = new Set(ids(document));
    const count = ids(fresh).filter((id) => !shown.has(id)).length;
    button.textContent = count === 1 ? place.dataset.one : place.dataset.many.replace("{}", count);
    button.hidden = !count;
    document.title = count ? `(${count}) ${title}` : title;
  };
  const listen = () => {
    stream?.close();
    clearTimeout(waits);
    if (document.hidden) return;
    stream = new EventSource(address);
    stream.addEventListener("mentions", (event) => {
      address = address.replace(/seen=\d+/, `seen=${event.lastEventId}`);
      offer();
    });
    // a refusal ends the stream for good: the desk has too many, or the session is over
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) waits = setTimeout(listen, 60000);
    });
  };
  button.addEventListener("click", () => {
    const [old, now] = [document, fresh].map((page) => page.querySelector(".reading"));
    if (!now) return location.reload();
    old.replaceWith(document.adoptNode(now));
    button.hidden = true;
    document.title = title;
    const heading = document.querySelector("h1");
    heading.tabIndex = -1;
    heading.focus();
  });
  document.addEventListener("visibilitychange", listen);
  listen();
})();
