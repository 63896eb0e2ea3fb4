// Our own modules are hung up here: each listens on the document, so that pages swapped in later work too.
import { startBars } from "./bars.js";
import { startBoards } from "./boards.js";
import { startCustom } from "./custom.js";
import { startDialogs } from "./dialogs.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLines } from "./lines.js";
import { startLists } from "./lists.js";
import { startMenus } from "./menus.js";
import { startPalette } from "./palette.js";
import { startPickers } from "./pickers.js";
import { startPrints } from "./prints.js";
import { startRecords } from "./records.js";
import { startRequests } from "./requests.js";
import { startRules } from "./rules.js";
import { startTabs } from "./tabs.js";
import { startTaste } from "./taste.js";

/** Start every module of the interface. */
export function start(htmx) {
  startRequests(htmx);
  startMenus();
  startTaste();
  startTabs();
  startDialogs();
  startLists();
  startBoards();
  startBars();
  startRecords();
  startPrints();
  startPickers();
  startForms();
  startLines();
  startPalette();
  startKeys();
  startRules();
  startCustom();
}
