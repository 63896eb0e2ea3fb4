// What editors ask the server, and the words that they use.
let words = null;

/** Return the editor's words, asked for once. */
export function loadWords() {
  words ??= fetch("/rules/words").then((answer) => (answer.ok ? answer.json() : {}));
  return words;
}

/** Return a function that says a text: places are filled, {n|one|many} picks by the number n. */
export async function speaker() {
  const texts = await loadWords();
  return (key, places = {}) => {
    let text = texts[key] ?? key;
    for (const [name, value] of Object.entries(places)) {
      text = text.replace(new RegExp(`\\{${name}\\|([^|}]*)\\|([^}]*)\\}`), (_, one, many) => (value === 1 ? one : many));
      text = text.replaceAll(`{${name}}`, String(value));
    }
    return text;
  };
}

/** Post fields to one of the addresses of the rules; null when the server refuses or the answer is out of date. */
export async function post(address, fields, signal) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const headers = { "HX-Request": "true", "X-CSRF-Token": document.body.dataset.csrf ?? "" };
  try {
    const answer = await fetch(address, { method: "POST", body: form, headers, signal });
    if (!answer.ok) return null;
    return answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : await answer.text();
  } catch {
    return null;
  }
}

/** Call something once a while after the last of many calls. */
export function later(act, wait = 300) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), wait);
  };
}

/** Make an element with attributes and what stands in it. */
export function made(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [type, act] of Object.entries(value)) element.addEventListener(type, act);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...inside.filter((part) => part != null));
  return element;
}
