"""A centre of short messages that speaks SMPP 3.4, by another implementation than ours, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import smpp34

from tests.support.servers import free_port


@dataclass
class Submitted:
    """A message that somebody submitted."""

    target: str
    octets: bytes
    coding: int
    esm_class: int
    number: str

    @property
    def text(self) -> str:
        octets = self.octets[6:] if self.esm_class & 0x40 else self.octets
        return octets.decode("utf-16-be") if self.coding == 8 else octets.decode("latin-1")


@dataclass
class Smsc:
    """The centre. ``receipts``: each message is told delivered; ``refuse``: the status of the next answers."""

    port: int = 0
    receipts: bool = True
    refuse: list[int] = field(default_factory=list)
    submitted: list[Submitted] = field(default_factory=list)
    bound: dict[str, Any] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def url(self) -> str:
        return f"smpp://esme:secret@127.0.0.1:{self.port}?source=10690001"

    def send(self, sender: str, text: str, number: str = "") -> None:
        """Let a phone send a message to whoever is bound."""
        options = [smpp34.Tlv(0x001E, number.encode() + b"\0")] if number else []
        pieces = [text] if len(text) <= 70 else [text[at : at + 67] for at in range(0, len(text), 67)]
        for at, piece in enumerate(pieces, 1):
            head = bytes((5, 0, 3, 77, len(pieces), at)) if len(pieces) > 1 else b""
            sent = self._deliver(sender, head + piece.encode("utf-16-be"), 0x40 if head else 0, options)
            self.answers.append(asyncio.run_coroutine_threadsafe(sent, self._loop).result(20))

    async def _deliver(self, sender: str, octets: bytes, esm_class: int, options: list[Any]) -> Any:
        esme = next(iter(self.bound.values()))
        return await esme.deliver_sm(
            source_addr=sender,
            destination_addr="10690001",
            short_message=octets,
            data_coding=8,
            esm_class=esm_class,
            tlvs=options,
        )

    def wait(self, count: int, seconds: float = 10) -> list[Submitted]:
        """Return the messages when there are so many."""
        until = time.monotonic() + seconds
        while len(self.submitted) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.submitted

    def wait_bound(self, seconds: float = 10) -> None:
        """Return when somebody is bound."""
        until = time.monotonic() + seconds
        while not self.bound and time.monotonic() < until:
            time.sleep(0.02)
        assert self.bound

    def stop(self) -> None:
        """Stop the centre."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        task = self._loop.create_task(self._serve())
        self._loop.run_forever()
        task.cancel()
        self._loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        self._loop.close()

    async def _serve(self) -> None:
        server = smpp34.Server(host="127.0.0.1", port=self.port, system_id="CENTRE")
        await server.start()
        self._ready.set()
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.bound[event.session_id] = event
            elif isinstance(event, smpp34.SubmitSmEvent):
                await self._take(event)
            elif isinstance(event, smpp34.Unbound):
                self.bound.pop(event.session_id, None)

    async def _take(self, event: Any) -> None:
        if self.refuse:
            event.reject(self.refuse.pop(0))
            return
        number = f"n{len(self.submitted) + 1}"
        octets = bytes(event.short_message)
        self.submitted.append(Submitted(event.destination_addr, octets, event.data_coding, event.esm_class, number))
        event.accept(message_id=number)
        if self.receipts and event.registered_delivery:
            said = f"id:{number} sub:001 dlvrd:001 submit date:2611291530 done date:2611291530 stat:DELIVRD err:000"
            self._told = asyncio.ensure_future(
                self.bound[event.session_id].deliver_sm(
                    source_addr=event.destination_addr,
                    destination_addr=event.source_addr,
                    esm_class=0x04,
                    short_message=said.encode(),
                )
            )
