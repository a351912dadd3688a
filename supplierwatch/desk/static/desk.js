// Keys: j and k go through the stories, o opens one, / searches. All works without this file.
"use strict";
(() => {
  const stories = [...document.querySelectorAll(".story")];
  let at = -1;
  const go = (step) => {
    if (!stories.length) return;
    stories[at]?.classList.remove("at");
    at = Math.min(stories.length - 1, Math.max(0, at + step));
    stories[at].classList.add("at");
    stories[at].querySelector("a.open")?.focus();
    stories[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "o") stories[at]?.querySelector("a.open")?.click();
    else if (event.key === "/") {
      event.preventDefault();
      const field = document.querySelector("#q");
      if (field) field.focus();
      else location.assign("/search");
    }
  });
})();
