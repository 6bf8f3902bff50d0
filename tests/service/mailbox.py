"""A mail server on loopback, small and real: it speaks SMTP (https://www.rfc-editor.org/rfc/rfc5321), STARTTLS and AUTH
PLAIN, and keeps what it takes."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import cast

MOST_SECONDS = 20


@dataclass
class Mailbox:
    """What the server took, and how it behaves: ``answer`` to DATA, ``refuses`` so many recipients, ``tls`` where it
    offers STARTTLS, ``login`` whom it knows."""

    port: int = 0
    answer: str = "250 taken"
    refuses: frozenset[str] = frozenset()
    tls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        try:
            await _Talk(self, reader, writer).go()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


class _Talk:
    def __init__(self, box: Mailbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.box, self.reader, self.writer = box, reader, writer
        self.to: list[str] = []
        self.secured = False

    async def go(self) -> None:
        await self._say("220 mail.example ESMTP")
        while line := (await self.reader.readline()).decode("ascii").rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            if verb.upper() == "QUIT":
                await self._say("221 bye")
                return
            await self._one(verb.upper(), rest)

    async def _one(self, verb: str, rest: str) -> None:
        if verb in ("EHLO", "HELO"):
            await self._greet()
        elif verb == "STARTTLS" and self.box.tls and not self.secured:
            await self._say("220 go on")
            await self.writer.start_tls(self.box.tls)
            self.secured = True
        elif verb == "AUTH":
            await self._auth(rest)
        elif verb == "MAIL":
            self.to = []
            await self._say("250 ok")
        elif verb == "RCPT":
            await self._recipient(rest.partition("<")[2].partition(">")[0])
        elif verb == "DATA":
            await self._taken()
        else:
            await self._say("250 ok" if verb in ("RSET", "NOOP") else "502 not known")

    async def _greet(self) -> None:
        offers = ["mail.example"]
        offers += ["STARTTLS"] if self.box.tls and not self.secured else []
        offers += ["AUTH PLAIN"] if self.box.login else []
        for at, one in enumerate(offers, 1):
            await self._say(f"250{' ' if at == len(offers) else '-'}{one}")

    async def _auth(self, rest: str) -> None:
        _, user, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        self.box.logins.append((user, password))
        await self._say("235 ok" if (user, password) == self.box.login else "535 no")

    async def _recipient(self, address: str) -> None:
        if address in self.box.refuses:
            await self._say("550 no such user")
            return
        self.to.append(address)
        await self._say("250 ok")

    async def _taken(self) -> None:
        await self._say("354 go on")
        raw = await self.reader.readuntil(b"\r\n.\r\n")
        if self.box.answer.startswith("2"):
            self.box.mails.append(cast("EmailMessage", BytesParser(policy=default).parsebytes(raw[:-3])))
            self.box.to.append(self.to)
            self.box.secured.append(self.secured)
        await self._say(self.box.answer)

    async def _say(self, text: str) -> None:
        self.writer.write(f"{text}\r\n".encode("ascii"))
        await self.writer.drain()


@contextmanager
def mailbox(box: Mailbox | None = None) -> Iterator[Mailbox]:
    """The server, in a thread of its own, while the block runs."""
    mine, loop = box or Mailbox(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def done(work: object) -> object:
        return asyncio.run_coroutine_threadsafe(work, loop).result(MOST_SECONDS)  # type: ignore[arg-type]

    server = cast("asyncio.Server", done(asyncio.start_server(mine.serve, "127.0.0.1", 0)))
    mine.port = server.sockets[0].getsockname()[1]
    try:
        yield mine
    finally:
        done(_closed(server))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(MOST_SECONDS)
        loop.close()


async def _closed(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
