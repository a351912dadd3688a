// Keys: j and k go through the stories, o opens one, / searches; the menu closes by Escape and by a
// click beside it. All works without this file.
"use strict";
(() => {
  const go = (step) => {
    // read anew each time: other scripts replace stories
    const stories = [...document.querySelectorAll(".story")].filter((one) => one.checkVisibility?.() ?? true);
    if (!stories.length) return;
    const from = stories.findIndex((one) => one.classList.contains("at"));
    stories[from]?.classList.remove("at");
    const at = stories[Math.min(stories.length - 1, Math.max(0, from + step))];
    at.classList.add("at");
    at.querySelector("a.open")?.focus({ preventScroll: true });
    at.scrollIntoView({ block: "nearest" });
  };
  // on a phone the pages are one line that scrolls
  document.querySelector(".pages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const menu = document.querySelector(".menu");
  const close = () => menu?.removeAttribute("open");
  document.addEventListener("click", (event) => { if (!menu?.contains(event.target)) close(); });
  menu?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    close();
    menu.querySelector("summary").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "o") document.querySelector(".story.at a.open")?.click();
    else if (event.key === "/") {
      event.preventDefault();
      const field = document.querySelector("#q");
      if (field) field.focus();
      else location.assign("/search");
    }
  });
})();
