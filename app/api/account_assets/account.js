"use strict";

// The token stands behind the # of the mailed link: it is taken from there, and out of the address bar.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
let handle = null;

function show(state) {
  for (const part of document.querySelectorAll("[data-when]")) {
    part.hidden = part.dataset.when !== state;
  }
}

function valuesOf(form) {
  const values = {};
  for (const input of form.querySelectorAll("input[name]")) {
    if (input.type === "checkbox") values[input.name] = input.checked;
    else if (input.value !== "") values[input.name] = input.value;
  }
  if (form.dataset.proof === "token") values.token = token;
  if (form.dataset.proof === "handle") values.handle = handle;
  return values;
}

function told(problem) {
  if (!Array.isArray(problem.errors)) return problem.detail || "This did not work.";
  return problem.errors.map((error) => `${(error.pointer || "").slice(1).replaceAll("_", " ")}: ${error.detail}`).join(" ");
}

async function send(form) {
  const answer = await fetch(form.dataset.action, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(valuesOf(form)),
  });
  const text = await answer.text();
  const said = text === "" ? {} : JSON.parse(text);
  if (!answer.ok) throw new Error(told(said));
  handle = said.handle || null;
  form.reset();
  show(form.dataset.then);
}

async function submit(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  const problem = form.querySelector(".problem");
  problem.textContent = "";
  button.disabled = true;
  try {
    await send(form);
  } catch (error) {
    // As text, never as markup.
    problem.textContent = error.message;
  } finally {
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form")) form.addEventListener("submit", submit);
show(token === null ? "asking" : "token");
