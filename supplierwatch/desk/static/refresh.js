// Fetches the page again while it waits for something, and shows the part that changes.
// Without this file a meta element loads the page anew.
"use strict";
(() => {
  let failures = 0;
  const wait = () => {
    const live = document.querySelector("#live[data-refresh]");
    if (live) setTimeout(refresh, Number(live.dataset.refresh) * 1000 * (1 + failures));
  };
  const refresh = async () => {
    if (document.hidden) return wait();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = found.querySelector("#live");
      if (!fresh) return location.reload();
      document.querySelector("#live").replaceWith(document.adoptNode(fresh));
      failures = 0;
    } catch {
      failures = Math.min(failures + 1, 10);
    }
    wait();
  };
  wait();
})();
