"""Which settings each verb has: effects, actions of a clock, rules that name people, steps of an approval."""

from __future__ import annotations

from collections.abc import Mapping

EFFECTS: Mapping[str, frozenset[str]] = {
    "set": frozenset(),
    "create": frozenset({"with", "as", "link"}),
    "update": frozenset({"where", "set"}),
    "remove": frozenset({"where"}),
    "find": frozenset({"where", "sort", "first", "as"}),
    "number": frozenset({"sequence"}),
    "evaluate": frozenset({"with", "into"}),
    "start": frozenset({"on", "with"}),
    "transition": frozenset({"of"}),
    "assign": frozenset({"of"}),
    "withdraw": frozenset({"of", "reason"}),
    "schedule": frozenset({"at"}),
    "run": frozenset({"with"}),
    "convert": frozenset({"as"}),
    "refuse": frozenset(),
    "emit": frozenset({"with"}),
    "notify": frozenset({"text", "message", "via", "link"}),
    "call": frozenset({"with", "into", "retry"}),
    "print": frozenset({"to", "attach"}),
}

# what only a clock does; it may do effects as well
CLOCK_ACTIONS: Mapping[str, frozenset[str]] = {
    "remind": frozenset({"repeat"}),
    "transfer": frozenset(),
    "escalate": frozenset(),
    "add": frozenset(),
}

# selector of people -> the settings that it has besides those of every rule
PEOPLE: Mapping[str, frozenset[str]] = {
    "user": frozenset(),
    "role": frozenset({"in"}),
    "position": frozenset({"in"}),
    "manager": frozenset({"level"}),
    "managers": frozenset({"until", "direction"}),
    "head": frozenset({"level"}),
    "heads": frozenset({"until", "direction"}),
    "members": frozenset({"depth"}),
    "field": frozenset(),
    "decider": frozenset(),
    "pick": frozenset({"from", "min", "max"}),
    "feel": frozenset(),
}
OF_ALL_PEOPLE = frozenset({"when", "where", "weight", "veto"})

POLICIES = frozenset({"empty", "self", "repeat", "withdraw", "retract", "comment", "returns", "substitution"})

STEPS: Mapping[str, frozenset[str]] = {
    "approve": frozenset(
        {
            *("by", "mode", "pass", "order", "abstain", "distinct", "form", "actions", "sla", "sms", "sign"),
            *("output", "on_reject"),
            *POLICIES,
        }
    ),
    "handle": frozenset({"by", "assign", "offer", "form", "sla", "may", *(POLICIES - {"repeat"})}),
    "choose": frozenset({"of", "else"}),
    "parallel": frozenset({"branches", "join", "on_reject"}),
    "include": frozenset({"branches", "else"}),
    "cc": frozenset({"to", "text"}),
    "wait": frozenset({"for", "until", "event", "where", "calendar"}),
    "call": frozenset({"flow", "on", "for_each", "with", "wait", "rejected"}),
    "do": frozenset({"effects", "retry", "failed"}),
    "stop": frozenset(),
}
OF_ALL_STEPS = frozenset({"title", "when"})
