// Entry of the script that pages with rules load: editors for texts of the rule language and for decision tables.
import { startPage } from "./rules/page.js";
import { TesseraRule } from "./rules/element.js";

startPage();
customElements.define("tessera-rule", TesseraRule);
