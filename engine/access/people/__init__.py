"""People of processes: whom rules name, what expressions see of a person, and what may be asked about people."""

from engine.access.people.facts import ActorFacts, Facts, PersonFacts, RecordFacts, person_facts, submitter_facts
from engine.access.people.finding import LONGEST_CHAIN, NamedPeople, NamedPerson, PeopleFinder
from engine.access.people.functions import people_functions
from engine.access.people.naming import user_id, user_ids

__all__ = [
    "LONGEST_CHAIN",
    "ActorFacts",
    "Facts",
    "NamedPeople",
    "NamedPerson",
    "PeopleFinder",
    "PersonFacts",
    "RecordFacts",
    "people_functions",
    "person_facts",
    "submitter_facts",
    "user_id",
    "user_ids",
]
