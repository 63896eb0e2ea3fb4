// The line editor: rows come and go, keys move between cells, a block copied in a spreadsheet is pasted.
import { on } from "./dom.js";
import { changed } from "./forms.js";

const CELL = "td :is(input:not([type=hidden], [type=file]), select, textarea)";

export function startLines() {
  on("click", "[data-add-line]", (event, button) => {
    event.preventDefault();
    const row = addRow(button.closest("[data-lines]"));
    row.querySelector(CELL)?.focus();
    changed(button.closest(".ts-form-body"));
  });
  on("click", "[data-drop-line]", (event, button) => {
    event.preventDefault();
    dropRow(button.closest("[data-line]"));
  });
  on("keydown", "[data-lines] " + CELL, keys);
  on("paste", "[data-lines] " + CELL, paste);
}

function addRow(editor) {
  const blank = editor.querySelector("template[data-blank]");
  const key = `n${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`;
  const copy = document.createElement("template");
  copy.innerHTML = blank.innerHTML.replaceAll("__key__", key);
  const row = copy.content.firstElementChild;
  editor.querySelector("tbody").append(row);
  renumber(editor);
  return row;
}

function dropRow(row) {
  const editor = row.closest("[data-lines]");
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const body = editor.closest(".ts-form-body");
  row.remove();
  renumber(editor);
  (next?.querySelector(CELL) ?? editor.querySelector("[data-add-line]"))?.focus();
  changed(body);
}

function renumber(editor) {
  editor.querySelectorAll("tbody [data-line]").forEach((row, index) => {
    row.querySelector(".ts-row-n").firstChild.textContent = index + 1;
  });
}

function cells(row) {
  return [...row.querySelectorAll(CELL)].filter((cell) => !cell.closest(".ts-drop-cell"));
}

function keys(event, cell) {
  const row = cell.closest("[data-line]");
  const editor = cell.closest("[data-lines]");
  if (event.defaultPrevented || !row) return;
  const column = cells(row).indexOf(cell);
  const picking = cell.getAttribute("aria-expanded") === "true";
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !cell.matches("textarea") && !picking) {
    event.preventDefault();
    const below = row.nextElementSibling?.matches("[data-line]") ? row.nextElementSibling : addRow(editor);
    cells(below)[below === row.nextElementSibling && column >= 0 ? (event.shiftKey ? column : 0) : 0]?.focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !picking && !cell.matches("select, textarea, [type=date], [role=combobox]")) {
    const other = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    if (other?.matches("[data-line]")) {
      event.preventDefault();
      const target = cells(other)[column];
      target?.focus();
      target?.select?.();
    }
  } else if (event.ctrlKey && event.key.toLowerCase() === "d") {
    event.preventDefault();
    fillDown(row, column);
  } else if (event.ctrlKey && (event.key === "Delete" || event.key === "Backspace")) {
    event.preventDefault();
    dropRow(row);
  }
}

function fillDown(row, column) {
  const above = row.previousElementSibling;
  if (!above?.matches("[data-line]")) return;
  copyValue(cells(above)[column], cells(row)[column]);
}

function copyValue(from, to) {
  if (!from || !to) return;
  if (to.type === "checkbox") to.checked = from.checked;
  else to.value = from.value;
  const hidden = [from, to].map((cell) => cell.closest("[data-picker]")?.querySelector("input[type=hidden]"));
  if (hidden[0] && hidden[1]) hidden[1].value = hidden[0].value;
  to.dispatchEvent(new Event("change", { bubbles: true }));
}

// a block from a spreadsheet: tabs between cells, line ends between rows
function paste(event, cell) {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const block = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  if (block.length === 1 && block[0].length === 1) return;
  event.preventDefault();
  const editor = cell.closest("[data-lines]");
  let row = cell.closest("[data-line]");
  const start = cells(row).indexOf(cell);
  for (const [index, values] of block.entries()) {
    if (index > 0) row = row.nextElementSibling?.matches("[data-line]") ? row.nextElementSibling : addRow(editor);
    const targets = cells(row);
    values.forEach((value, offset) => setValue(targets[start + offset], value.trim()));
  }
  changed(editor.closest(".ts-form-body"));
}

function setValue(cell, value) {
  if (!cell) return;
  if (cell.matches("select")) {
    const option = [...cell.options].find((one) => one.value === value || one.text.trim() === value);
    if (option) cell.value = option.value;
  } else if (cell.type === "checkbox") {
    cell.checked = ["1", "true", "yes", "y", "是", "✓"].includes(value.toLowerCase());
  } else if (cell.type === "date") {
    cell.value = value.replace(/^(\d{4})[./年](\d{1,2})[./月](\d{1,2})日?$/, (_, y, m, d) => `${y}-${m.padStart(2, 0)}-${d.padStart(2, 0)}`);
  } else {
    cell.value = value;
    // the server finds the record that the text names
    const hidden = cell.closest("[data-picker]")?.querySelector("input[type=hidden]");
    if (hidden) hidden.value = "";
  }
}
