// Entry of the script that only calendar pages load.
import { createCalendar, DayGrid, Interaction, List, ResourceTimeline, TimeGrid } from "@event-calendar/core";
import { startCalendar } from "./src/calendar.js";

const kit = { createCalendar, plugins: [DayGrid, TimeGrid, List, ResourceTimeline, Interaction] };
document.addEventListener("DOMContentLoaded", () => startCalendar(kit));
