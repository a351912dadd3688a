// Forms about a story change it in place; s stars, m marks as read, ? shows the keys; bars of the
// histogram can be brushed. All works without this file.
"use strict";
(() => {
  const send = async (form, submitter) => {
    const story = form.closest(".story");
    const data = new URLSearchParams(new FormData(form, submitter));
    story?.classList.add("busy");
    let text;
    try {
      const answer = await fetch(form.action, { method: "POST", body: data });
      if (!answer.ok) throw new Error(String(answer.status));
      text = await answer.text();
    } catch {
      // the page of the error says what is wrong
      form.removeAttribute("data-quick");
      form.requestSubmit(submitter);
      return;
    }
    const shown = new DOMParser().parseFromString(text, "text/html");
    for (const selector of [".lead", ".tabs"]) {
      const old = document.querySelector(selector);
      const now = shown.querySelector(selector);
      if (old && now) old.replaceWith(document.adoptNode(now));
    }
    const target = story ?? form.closest("[data-replace]");
    const fresh = target?.id ? shown.getElementById(target.id) : null;
    if (!target) return location.reload();
    if (!fresh) {
      target.classList.remove("busy");
      target.classList.add("gone");
      return;
    }
    const open = target.querySelector("details.more")?.open ?? false;
    const at = target.classList.contains("at");
    const again = submitter?.className.split(" ").find((name) => ["star", "mark-read"].includes(name));
    target.replaceWith(document.adoptNode(fresh));
    if (at) fresh.classList.add("at");
    if (open && form.closest("details.more")) await unfold(fresh.querySelector("[data-forms]"));
    (again ? fresh.querySelector(`.${again}`) : fresh.querySelector("a.open"))?.focus({ preventScroll: true });
  };

  // the forms of a story in a list are fetched and put in the place of their link
  const unfold = async (link) => {
    if (!link) return;
    const answer = await fetch(link.href).catch(() => null);
    if (!answer?.ok) return location.assign(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const forms = page.querySelector("details.more");
    if (!forms) return location.assign(link.href);
    link.replaceWith(document.adoptNode(forms));
    forms.querySelector("summary").focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-forms]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    unfold(link);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // without an id the answer cannot be found: the page is loaded as without this file
    const target = form.closest(".story, [data-replace]");
    if (!form.hasAttribute("data-quick") || !target?.id) return;
    event.preventDefault();
    send(form, event.submitter);
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  const press = (name) => document.querySelector(`.story.at .${name}`)?.click();
  const keys = document.querySelector("#keys");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "s") press("star");
    else if (event.key === "m") press("mark-read");
    else if (event.key === "?" && keys) keys.showModal();
  });

  // opening a story reads it
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".story.new a.open");
    const button = link?.closest(".story").querySelector('.mark-read[value="read"]');
    if (!button) return;
    const data = new URLSearchParams(new FormData(button.form, button));
    fetch(button.form.action, { method: "POST", body: data, keepalive: true, redirect: "manual" });
  });

  // brushing: from the bar where the pointer goes down to the one where it goes up
  const chart = document.querySelector(".histogram ol");
  if (chart) {
    const bars = [...chart.children];
    let from = -1;
    const at = (event) => bars.indexOf(document.elementFromPoint(event.clientX, event.clientY)?.closest(".histogram li"));
    const paint = (to) => bars.forEach((bar, n) => bar.classList.toggle("brushed", from >= 0 && n >= Math.min(from, to) && n <= Math.max(from, to)));
    chart.addEventListener("dragstart", (event) => event.preventDefault());
    chart.addEventListener("pointerdown", (event) => { from = at(event); });
    chart.addEventListener("pointermove", (event) => { const to = at(event); if (from >= 0 && to >= 0) paint(to); });
    window.addEventListener("pointerup", (event) => {
      const to = at(event);
      if (from >= 0 && to >= 0 && from !== to) {
        const [first, last] = [bars[Math.min(from, to)], bars[Math.max(from, to)]];
        const address = new URL(first.querySelector("a").href);
        address.searchParams.set("to", last.dataset.to);
        chart.addEventListener("click", (click) => click.preventDefault(), { once: true, capture: true });
        location.assign(address);
      }
      from = -1;
      paint(-1);
    });
  }
})();

// a query says whether it can be used while it is being written
(() => {
  const field = document.querySelector("[data-state]");
  if (!field) return;
  let waits;
  let last = 0;
  field.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(async () => {
      const mine = ++last;
      const answer = await fetch(`${field.dataset.state}?q=${encodeURIComponent(field.value)}`).catch(() => null);
      if (!answer?.ok || mine !== last) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#state");
      if (fresh) document.querySelector("#state")?.replaceWith(document.adoptNode(fresh));
      field.setAttribute("aria-invalid", String(Boolean(document.querySelector("#state .problem"))));
    }, 250);
  });
})();
