"""A TCP proxy before the agent, which injects faults while connections are open."""

import asyncio
import socket
import struct
import time


def _answer(status, body):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


CANNED = {
    "garbage": b"\x00\xff\x16\x03\x01 this is not HTTP\r\n\r\n" * 50,
    "flood": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n",
    "error": _answer("500 Internal Server Error", "rpc error: No cluster leader"),
    "denied": _answer("403 Forbidden", "Permission denied"),
}
# These modes close the connections that are open, too.
ENDING = ("refuse", "cut", "reset")
HOLDING = ("hole", "swallow")


class FaultProxy:
    """pass; delay (each chunk, by so many milliseconds); refuse; cut (FIN at once); reset (RST at once);
    half-close (it won't answer, but listens on); hole (nothing comes through until the mode changes; then all
    does, in any order); swallow (requests come through, answers don't until it is mended); cut-answer (in its
    middle); trickle (an answer's bytes one by one); garbage, flood (without end), error (500), denied (403):
    all of them instead of an answer."""

    def __init__(self, agent_port, port, rng):
        self._agent_port, self.port, self._rng = agent_port, port, rng
        self.history = []  # (when, mode)
        self.mode, self._delay = "pass", 0
        self._server, self._changed, self._open = None, asyncio.Event(), set()

    async def set(self, mode):
        self.mode, self._delay = (mode[0], mode[1] / 1000) if isinstance(mode, tuple) else (mode, 0)
        self.history.append((time.monotonic(), self.mode))
        if self.mode in ENDING:
            self._end_all()
        if self.mode == "refuse":
            self._close_listener()
        elif not self._server:
            self._server = await self._listen()
        self._changed.set()
        self._changed = asyncio.Event()

    async def close(self):
        await self.set("refuse")

    async def _listen(self):
        return await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=128)

    async def _dial(self):
        return await asyncio.open_connection("127.0.0.1", self._agent_port)

    def _close_listener(self):
        if self._server:
            self._server.close()
            self._server = None

    def _end_all(self):
        for writer in list(self._open):
            _end(writer, self.mode == "reset")

    async def _while(self, modes):
        waited = False
        while self.mode in modes:
            waited = True
            await self._changed.wait()
        if waited:
            # Those that were held go on in any order.
            await asyncio.sleep(self._rng.random() * 0.01)

    async def _serve(self, reader, writer):
        self._open.add(writer)
        try:
            await self._while(("hole",))
            if self.mode in ENDING:
                return _end(writer, self.mode == "reset")
            if self.mode in CANNED:
                return await self._answer_for_it(reader, writer)
            if self.mode == "half-close":
                writer.write_eof()
                while await reader.read(65536):
                    pass
                return
            await self._connect(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer_for_it(self, reader, writer):
        await reader.read(65536)
        writer.write(CANNED[self.mode])
        await writer.drain()
        while self.mode == "flood" and not writer.is_closing():
            writer.write(b"x" * 65536)
            await writer.drain()

    async def _connect(self, reader, writer):
        there_reader, there = await self._dial()
        self._open.add(there)
        try:
            up = asyncio.ensure_future(self._up(reader, there))
            await self._down(there_reader, writer)
            up.cancel()
            await asyncio.gather(up, return_exceptions=True)
        finally:
            self._open.discard(there)
            there.close()

    async def _up(self, reader, there):
        while data := await reader.read(65536):
            await self._while(("hole",))
            await asyncio.sleep(self._delay)
            there.write(data)
        await self._while(("hole",))
        there.write_eof()

    async def _down(self, reader, writer):
        while data := await reader.read(65536):
            await self._while(HOLDING)
            await asyncio.sleep(self._delay)
            if self.mode == "cut-answer":
                writer.write(data[: len(data) // 2])
                await writer.drain()
                return _end(writer, self._rng.random() < 0.5)
            while self.mode == "trickle" and data:
                writer.write(data[:1])
                data = data[1:]
                await asyncio.sleep(0.02)
            writer.write(data)
            await writer.drain()


def _end(writer, by_reset):
    """socket(7), SO_LINGER."""
    if by_reset and (connection := writer.get_extra_info("socket")):
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    writer.transport.abort() if by_reset else writer.close()
