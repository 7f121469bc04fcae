"use strict";
// Everything can be read without this script: it filters, and opens what a link leads to.
const items = [...document.querySelectorAll("[data-state]")];
const filter = document.getElementById("filter");
const states = [...filter.querySelectorAll("input[type=checkbox]")];
const words = document.getElementById("words");
const told = document.getElementById("told");
function show() {
  const on = new Set(states.filter((one) => one.checked).map((one) => one.value));
  const asked = words.value.trim().toLowerCase();
  let seen = 0;
  for (const item of items) {
    item.hidden = !on.has(item.dataset.state) || !item.textContent.toLowerCase().includes(asked);
    seen += item.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll(".group"))
    group.hidden = !group.querySelector("[data-state]:not([hidden])");
  told.textContent = `${seen} of ${items.length} checks are shown`;
}
function reach() {
  const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!goal) return;
  const item = goal.closest("[data-state]");
  if (item && item.hidden) { item.hidden = false; item.closest(".group").hidden = false; }
  for (let at = goal; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  goal.scrollIntoView();
  (goal.querySelector("summary") || goal).focus({ preventScroll: true });
}
filter.hidden = false;
filter.addEventListener("input", show);
filter.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", reach);
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("[data-state=fail], [data-state=error], [data-state=warn]"))
    one.querySelector("details").open = true;
});
show();
reach();
