// A calendar: entries asked for as they are needed, opened by a click, moved and stretched where the server allows it.
import { announce, toast, token } from "./dom.js";

const VIEWS = { month: "dayGridMonth", week: "timeGridWeek", day: "timeGridDay", list: "listWeek", team: "resourceTimelineWeek" };

export function startCalendar({ createCalendar, plugins }) {
  const place = document.querySelector("[data-calendar]");
  if (!place) return;
  const own = JSON.parse(place.dataset.options);
  const people = new Map();
  const narrow = window.matchMedia("(max-width: 767.98px)").matches;
  const spans = ["month", ...(own.days ? [] : ["week", "day"]), "list", ...(own.team && !narrow ? ["team"] : [])];
  const span = spans.includes(own.span) ? own.span : spans[0];
  const calendar = createCalendar(place, plugins, {
    view: narrow && span === "month" ? VIEWS.list : VIEWS[span],
    date: own.on || own.today,
    locale: own.locale,
    firstDay: 1,
    height: "100%",
    nowIndicator: true,
    dayMaxEvents: true,
    scrollTime: "08:00:00",
    slotDuration: "00:30:00",
    views: { resourceTimelineWeek: { slotDuration: { days: 1 }, slotWidth: 150 } },
    headerToolbar: { start: "prev,next today", center: "title", end: spans.map((name) => VIEWS[name]).join(",") },
    buttonText: (text) => ({ ...text, ...words(own) }),
    allDayContent: own.words.whole_day,
    noEventsContent: own.words.none,
    moreLinkContent: ({ num }) => own.words.more.replace("#", num),
    eventSources: [{ events: (range) => entries(own, people, () => calendar, range) }],
    resources: [],
    editable: own.movable,
    eventStartEditable: own.movable,
    eventDurationEditable: own.movable && own.sizable,
    eventResourceEditable: own.movable && own.givable,
    selectable: Boolean(own.new),
    eventClassNames: ({ event }) => [`tone-${event.extendedProps.tone}`],
    eventDidMount: ({ el, event }) => {
      el.title = [event.title, event.extendedProps.personName, event.extendedProps.alert].filter(Boolean).join(", ");
    },
    eventClick: ({ event, jsEvent }) => {
      if (jsEvent.ctrlKey || jsEvent.metaKey) window.open(event.extendedProps.href, "_blank", "noopener");
      else location.assign(event.extendedProps.href);
    },
    eventDrop: (change) => move(own, calendar, change),
    eventResize: (change) => move(own, calendar, change),
    select: ({ start, end, allDay }) => create(own, start, end, allDay),
    datesSet: ({ view }) => remember(view, calendar),
  });
  plainRoles(place);
  new MutationObserver(() => plainRoles(place)).observe(place, { childList: true, subtree: true });
  const address = document.querySelector("[data-own-address]");
  if (address) address.value = location.origin + address.value;
}

// the kit calls its boxes tables and lists without the rows that these need, and titles of entries headings
function plainRoles(place) {
  for (const one of place.querySelectorAll("[role=table], [role=row], [role=rowgroup], [role=cell], [role=columnheader], [role=rowheader], [role=list], [role=listitem]")) {
    one.removeAttribute("role");
  }
  for (const one of place.querySelectorAll("[aria-colindex], [aria-rowindex], [aria-colcount], [aria-rowcount]")) {
    for (const name of ["aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount"]) one.removeAttribute(name);
  }
  for (const one of place.querySelectorAll("h4.ec-event-title:not([role])")) one.setAttribute("role", "none");
  for (const one of place.querySelectorAll("h4:not([role], [aria-level])")) one.setAttribute("aria-level", "2");
  if (place.matches("[role=table], [role=list]")) place.setAttribute("role", "region");
}

function words(own) {
  const text = { today: own.words.today, prev: own.words.previous, next: own.words.next };
  for (const [name, view] of Object.entries(VIEWS)) text[view] = own.words[name];
  return text;
}

async function entries(own, people, calendarOf, { startStr, endStr }) {
  const joint = own.entries.includes("?") ? "&" : "?";
  const answer = await fetch(`${own.entries}${joint}since=${startStr.slice(0, 10)}&until=${endStr.slice(0, 10)}`, {
    headers: { "HX-Request": "true" },
  });
  if (!answer.ok) {
    toast(new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim(), "red");
    return [];
  }
  const found = await answer.json();
  for (const entry of found) people.set(entry.person, entry.personName);
  const rows = [...people].sort(([, a], [, b]) => a.localeCompare(b, own.locale));
  calendarOf().setOption("resources", rows.map(([id, title]) => ({ id, title })));
  return found.map(({ id, title, start, end, allDay, person, movable, ...more }) => ({
    id, title, start, end, allDay, resourceIds: [person], extendedProps: more,
    // what the reader may not move is not offered to be moved
    ...(movable ? {} : { editable: false, startEditable: false, durationEditable: false }),
  }));
}

async function move(own, calendar, { event, newResource, revert }) {
  const form = new FormData();
  form.set("row", event.extendedProps.row);
  form.set("shift", event.extendedProps.shift);
  form.set("start", local(event.start));
  if (own.endField && event.end) form.set("end", local(event.end));
  if (newResource) form.set("person", newResource.id);
  const answer = await fetch(own.move, { method: "POST", body: form, headers: { "HX-Request": "true", "X-CSRF-Token": token() } });
  if (!answer.ok) {
    toast(new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim(), "red");
    revert();
    // the kit lays entries that were put back over each other, until they are read again
    calendar.refetchEvents();
    return;
  }
  announce(event.title);
  calendar.refetchEvents();
}

function create(own, start, end, allDay) {
  const wanted = new URLSearchParams();
  wanted.set(own.startField, own.days ? local(start).slice(0, 10) : allDay ? `${local(start).slice(0, 10)}T09:00` : local(start));
  const last = new Date(end.getTime() - (own.days ? 86_400_000 : 0));
  if (own.endField && !(allDay && !own.days)) wanted.set(own.endField, own.days ? local(last).slice(0, 10) : local(last));
  wanted.set("back", location.pathname + location.search);
  location.assign(`${own.new}?${wanted}`);
}

function local(moment) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

// the address tells which span is shown, so that it can be reloaded, kept and sent
function remember(view, calendar) {
  const span = Object.entries(VIEWS).find(([, name]) => name === view.type)?.[0] ?? "month";
  const address = new URL(location.href);
  address.searchParams.set("span", span);
  address.searchParams.set("on", local(calendar?.getOption("date") ?? view.currentStart).slice(0, 10));
  history.replaceState(null, "", address);
}
