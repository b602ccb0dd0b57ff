"""Samples a real agent every 50 ms throughout the campaign, and records when it wasn't reachable."""

import asyncio
import json
import time

EVERY = 0.05
# An agent or a machine that takes longer than this for a question can't be said to be reachable.
SLOW = 0.2
LONGEST_WAIT = 5


async def ask(port, method, path, body=None):
    """The status, and the JSON of the answer or None."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        content = json.dumps(body) if body else ""
        writer.write(f"{method} {path} HTTP/1.0\r\nContent-Length: {len(content)}\r\n\r\n{content}".encode())
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    return status, json.loads(body) if status == 200 and body else None


class AgentSampler:
    """Samples one agent."""

    def __init__(self, agent):
        self.agent = agent
        self.runs = {}  # by name: the IDs, whether they have checks, and the list of samples
        self.unreachable = []  # (from, to): not reachable, or too slow
        self._began = self._last_good = self._began_last = None
        self._took = 0
        self._sampled = asyncio.Event()

    async def sample_forever(self):
        while True:
            began = time.monotonic()
            try:
                services, checks = await asyncio.wait_for(self._sample(), 2)
                ended = time.monotonic()
                if self._last_good and ended - self._last_good > SLOW + EVERY:
                    self.unreachable.append((self._last_good, ended))
                self._began, self._last_good = self._began or ended, ended
                self._began_last, self._took = began, ended - began
                self._record(began, ended, services, checks)
                self._sampled.set()
                self._sampled = asyncio.Event()
            except (OSError, ValueError, IndexError, TimeoutError):
                pass
            await asyncio.sleep(EVERY)

    async def _sample(self):
        port = self.agent.http
        _, leader = await ask(port, "GET", "/v1/status/leader")
        if not leader:
            raise ValueError("no leader")
        (_, services), (_, checks) = await asyncio.gather(
            ask(port, "GET", "/v1/agent/services"), ask(port, "GET", "/v1/agent/checks")
        )
        return services or {}, checks or {}

    def _record(self, began, ended, services, checks):
        passing = {check["ServiceID"] for check in checks.values() if _is_ours_and_passing(check)}
        for ids, has_checks, samples in self.runs.values():
            listed = [one in services for one in ids]
            good = [one in (passing if has_checks else services) for one in ids]
            samples.append((began, ended, any(listed), any(good), all(good)))

    async def next_sample(self):
        """Waits for one that begins from now on and succeeds: what was bad until now is known then."""
        since = time.monotonic()
        while (self._began_last or 0) < since:
            await asyncio.wait_for(self._sampled.wait(), 60)

    async def wait_until_fast(self):
        """Until the agent answers fast again, or for a while: on a machine that is too slow to tell, a run
        says little."""
        deadline = time.monotonic() + LONGEST_WAIT
        while self._took > SLOW / 2 and time.monotonic() < deadline:
            await asyncio.sleep(EVERY)

    def was_reachable(self, since, until):
        """All the time."""
        return not any(a < until and b > since for a, b in self.unreachable)

    def share_reachable(self):
        """Of the time since the first look."""
        return 1 - sum(b - a for a, b in self.unreachable) / max(self._last_good - self._began, EVERY)

    async def is_listed(self, service_id):
        status, _ = await ask(self.agent.http, "GET", f"/v1/agent/service/{service_id}")
        return status == 200

    async def register_stale(self, name, service_id):
        """As if an earlier life had been killed just now."""
        passing = {"TTL": "10s", "Status": "passing"}
        checks = [{"CheckID": f"{service_id}:{kind}", **passing} for kind in ("alive", "ready")]
        await self._put("service/register", {"Name": name, "ID": service_id, "Port": 1, "Checks": checks})

    async def deregister(self, service_id):
        await self._put(f"service/deregister/{service_id}")

    async def _put(self, path, body=None):
        status, _ = await ask(self.agent.http, "PUT", f"/v1/agent/{path}", body)
        assert status == 200, (path, status)


def _is_ours_and_passing(check):
    return check["CheckID"].endswith(":ready") and check["Status"] == "passing"
