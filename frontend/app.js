// Entry of the script every page loads: htmx with morphing, then our own modules.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";
import { start } from "./src/index.js";

// Pages run under a content security policy: nothing may be evaluated or styled from a string.
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.includeIndicatorStyles = false;
// A refused form comes back as 422 with the same form in it, so it is swapped like any page.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];
// the extension that comes with the library would evaluate its options from text
htmx.defineExtension("morph", {
  isInlineSwap: () => false,
  handleSwap: (style, target, fragment) =>
    style === "morph:innerHTML" ? Idiomorph.morph(target, fragment.childNodes, { morphStyle: "innerHTML" }) : false,
});

document.addEventListener("DOMContentLoaded", () => start(htmx));
