"""A mailbox in this process that speaks as much IMAP as a fetcher needs."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Box:
    """Mails by their uid, those that were seen, and where the mailbox is."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    url: str = ""

    def put(self, mail: bytes) -> None:
        self.mails[len(self.mails) + 1] = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


class Session(socketserver.StreamRequestHandler):
    """One client of the mailbox."""

    box: Box

    def handle(self) -> None:
        self.say("* OK here")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            verb = next(word for word in (*COMMANDS, rest) if word in rest.upper())
            refused = verb in COMMANDS and COMMANDS[verb](self, rest) is False
            self.say(f"{tag} {'NO' if refused else 'OK'} done")
            if verb == "LOGOUT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def login(self, said: str) -> bool:
        return said.split(" ", 1)[1] in ('crm "p w"', '"crm" "p w"')

    def fetch(self, said: str) -> None:
        uid = int(re.findall(r"FETCH (\d+)", said)[0])
        mail = self.box.mails[uid]
        self.say(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(mail)}}}")
        self.wfile.write(mail)
        self.say(")")

    def store(self, said: str) -> None:
        self.box.seen.add(int(re.findall(r"STORE (\d+)", said)[0]))

    def search(self, said: str) -> None:
        self.say("* SEARCH " + " ".join(str(uid) for uid in self.box.mails if uid not in self.box.seen))


COMMANDS: dict[str, Callable[[Session, str], object]] = {
    "CAPABILITY": lambda session, said: session.say("* CAPABILITY IMAP4rev1"),
    "LOGIN": Session.login,
    "SELECT": lambda session, said: session.say(f"* {len(session.box.mails)} EXISTS"),
    "SEARCH": Session.search,
    "FETCH": Session.fetch,
    "STORE": Session.store,
    "LOGOUT": lambda session, said: session.say("* BYE"),
}


@contextmanager
def mailbox() -> Iterator[Box]:
    """Give a mailbox of the user ``crm`` with the password ``p w``."""
    box = Box()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("Here", (Session,), {"box": box}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    box.url = f"imap+plain://crm:p%20w@127.0.0.1:{server.server_address[1]}/INBOX"
    yield box
    server.shutdown()
    server.server_close()
