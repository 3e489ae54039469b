// What the pages do besides what they do without a script: progress without a reload, and a file dropped.
"use strict";

const fields = (root, kind) => root.querySelectorAll(`[${kind}]`);

// The members of a progress event go where the page has a place of that name.
function show(root, state) {
  for (const place of fields(root, "data-field")) {
    const value = state[place.dataset.field];
    if (value === undefined || value === null) continue;
    const text = typeof value === "number" ? value.toLocaleString("en") : String(value);
    if (place.textContent !== text) place.textContent = text;
  }
  for (const bar of fields(root, "data-progress")) {
    const done = state[bar.dataset.progress];
    const total = state[`${bar.dataset.progress}_total`];
    if (typeof total === "number") bar.max = Math.max(total, 1);
    if (typeof done === "number" && typeof total === "number") bar.value = done;
  }
}

function parse(event) {
  try {
    const state = JSON.parse(event.data);
    return typeof state === "object" && state !== null ? state : {};
  } catch {
    return {};
  }
}

for (const root of fields(document, "data-events")) {
  // The stream ends from time to time; the browser opens it again by itself.
  const stream = new EventSource(root.dataset.events);
  stream.addEventListener("progress", (event) => show(root, parse(event)));
  stream.addEventListener("done", () => {
    stream.close();
    location.reload();
  });
  addEventListener("pagehide", () => stream.close());
}

for (const drop of fields(document, "data-drop")) {
  const input = drop.querySelector("input[type=file]");
  const over = (event, on) => {
    event.preventDefault();
    drop.classList.toggle("over", on);
  };
  drop.addEventListener("dragover", (event) => over(event, true));
  drop.addEventListener("dragleave", (event) => over(event, false));
  drop.addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer.files.length === 1) input.files = event.dataTransfer.files;
  });
}

// A form that is sent twice does its work twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button[type=submit]")) setTimeout(() => { button.disabled = true; }, 0);
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const button of document.querySelectorAll("button[type=submit]")) button.disabled = false;
});
