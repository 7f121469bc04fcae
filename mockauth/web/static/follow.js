// Keeps a page that follows something as it would be after a reload. The server draws it, always.
"use strict";
const live = document.querySelector("[data-follow]");
let shown = live ? live.dataset.mark : "";
let wanted = shown;
let busy = false;

async function renew() {
  busy = true;
  try {
    while (shown !== wanted) {
      const mark = wanted;
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-follow]");
      if (!fresh) {
        location.reload();
        return;
      }
      put(fresh);
      shown = mark;
    }
  } finally {
    busy = false; // the next event tries again
  }
}

function put(fresh) {
  const open = [...live.querySelectorAll("details[open][id]")].map((one) => one.id);
  const focused = document.activeElement && document.activeElement.id;
  live.replaceChildren(...fresh.childNodes);
  for (const id of open) {
    const again = document.getElementById(id);
    if (again) again.open = true;
  }
  const again = focused && document.getElementById(focused);
  if (again) again.focus({ preventScroll: true });
}

if (live && window.EventSource) {
  const source = new EventSource(live.dataset.follow);
  source.onmessage = (event) => {
    wanted = event.data;
    if (wanted === "over") source.close();
    if (!busy) renew();
  };
}
