// Entry of the script every page loads: htmx with morphing, Alpine's CSP build, then our own modules.
import htmx from "htmx.org";
import "idiomorph/htmx";
import Alpine from "@alpinejs/csp";
import { register } from "./src/index.js";

// Pages run under a content security policy: nothing may be evaluated or styled from a string.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
// A refused form comes back as 422 with the same form in it, so it is swapped like any page.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];

register({ htmx, Alpine });
Alpine.start();
