// Editors of rules are loaded where a page has one, and nowhere else.
let wanted = false;

export function startRules() {
  look();
  document.addEventListener("htmx:afterSettle", look);
}

function look() {
  const address = document.body.dataset.rules;
  if (wanted || !address || !document.querySelector("tessera-rule")) return;
  wanted = true;
  const script = document.createElement("script");
  script.src = address;
  document.head.append(script);
}
