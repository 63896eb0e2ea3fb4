"""The one way out: every request that the engine sends to an address that somebody wrote down goes through here."""

from engine.outbound import codes as codes
from engine.outbound.addresses import Guard, Target
from engine.outbound.client import Answer, NoAnswer, Outbound

__all__ = ["Answer", "Guard", "NoAnswer", "Outbound", "Target"]
