"""No address that somebody writes down leads into a network that is not his, however it is spelt (list H)."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from itertools import cycle

import pytest

from engine.kernel.errors import Rejected
from engine.outbound import Guard, NoAnswer, Outbound

PUBLIC, PRIVATE = "93.184.216.34", "127.0.0.1"
WRONG = [
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://localhost./",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.1./",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25lo]/",
    "https://[fc00::1]/",
    "https://[ff02::1]/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://⑯⑨。②⑤④。⑯⑨。②⑤④/",
    "https://127。0。0。1/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com\\@127.0.0.1/",
    "https://exa mple.com/",
    "https://example.com\r\nHost: other/",
    "https://intranet/",
    "https://-a.example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/",
    "javascript:alert(1)",
    "//example.com/",
    "https://",
    "https://example.com:99999/",
    "http://example.com/",
    "",
]


def public(_host: str, _port: int) -> Sequence[str]:
    return [PUBLIC]


@pytest.mark.parametrize("url", WRONG)
def test_an_address_that_leads_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        Guard(resolve=public).vet(url)

    assert caught.value.code == "url_not_allowed"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "::ffff:10.0.0.1", "fd00::1", "169.254.169.254"])
def test_a_name_with_one_private_address_among_public_ones_is_refused(address: str) -> None:
    with pytest.raises(Rejected):
        Guard(resolve=lambda _host, _port: [PUBLIC, address]).vet("https://example.com/")


def test_a_public_address_is_called_where_it_was_vetted_although_its_name_changes() -> None:
    answers = cycle([[PUBLIC], [PRIVATE]])

    target = Guard(resolve=lambda _host, _port: next(answers)).vet("https://example.com./hook?a=1")

    assert (target.host, target.address, target.port, target.path) == ("example.com", PUBLIC, 443, "/hook?a=1")


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A plain server of this machine, with what it was asked; ``/away`` leads elsewhere, ``/endless`` never ends."""
    asked: list[str] = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "/secret")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            if self.path == "/endless":
                for _ in range(40):
                    self.wfile.write(b"x" * 65_536)
            else:
                self.wfile.write(b"heard")

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}", asked
    made.shutdown()
    made.server_close()


def test_what_an_operator_allowed_is_called_and_no_redirect_is_followed(server: tuple[str, list[str]]) -> None:
    place, asked = server
    outbound = Outbound(Guard([ip_network("127.0.0.0/8")]))

    heard = outbound.post(f"{place}/hook", b"{}", {})
    away = outbound.post(f"{place}/away", b"{}", {})

    assert (heard.status, heard.body, away.status) == (200, b"heard", 302)
    assert asked == ["/hook", "/away"]


def test_nothing_reaches_a_private_server_that_nobody_allowed(server: tuple[str, list[str]]) -> None:
    place, asked = server

    for url in (place, place.replace("127.0.0.1", "localhost"), place.replace("http", "https")):
        with pytest.raises(Rejected):
            Outbound(Guard()).post(url, b"{}", {})

    assert asked == []


def test_an_answer_without_end_and_a_silent_server_are_given_up(server: tuple[str, list[str]]) -> None:
    place, _ = server
    outbound = Outbound(Guard([ip_network("127.0.0.0/8")]), seconds=0.3)

    with pytest.raises(NoAnswer):
        outbound.post(f"{place}/endless", b"{}", {})
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(NoAnswer):
        outbound.post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {})
