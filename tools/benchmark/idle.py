"""What each takes while redis runs and nothing happens: files, memory, wake-ups, system calls."""

import contextlib
import os
import re
import shutil
import subprocess
import time

from Tests.EndToEnd.started import kill
from Tests.EndToEnd.waiting import eventually

from .contenders import Service, redis
from .processes import family, libraries, threads, total

_ASLEEP = 0.1  # seconds without a call: what comes after them is another wake-up
_SETTLED = 1.0  # seconds after the last registration


def files(contenders):
    """Bytes of each itself, and of the other files that it needs."""
    figures = {"size": {}, "needs": {}}
    for one in contenders:
        paths = [os.path.realpath(shutil.which(part)) for part in one.parts]
        if paths:
            needed = {*paths, *(os.path.realpath(path) for part in paths for path in libraries(part))}
            figures["size"][one.name] = [os.path.getsize(paths[0])]
            figures["needs"][one.name] = [sum(map(os.path.getsize, needed - {paths[0]}))]
    return figures


def idle(contenders, agent, folder, instances, seconds, ttl):
    """Several of each at the same time, all registered; then one of each is watched."""
    running = {one.name: [] for one in contenders if one.parts}
    figures = {key: {} for key in ("rss", "dirty", "threads", "wakes", "beats", "calls", "beat_calls")}
    try:
        for _ in range(instances):
            for one in contenders:
                if one.parts:
                    running[one.name].append(_start(one, agent, folder, ttl))
        time.sleep(_SETTLED)
        os.sync()  # the pages of a file that was just written count as dirty until they are on the disk
        for name, processes in running.items():
            families = [family(process.pid, without="redis-server") for process in processes]
            figures["rss"][name] = [total(pids, "Rss") for pids in families]
            figures["dirty"][name] = [total(pids, "Private_Dirty") for pids in families]
            figures["threads"][name] = [threads(pids) for pids in families]
        for name, seen in _watch({name: some[0] for name, some in running.items()}, folder, seconds).items():
            for key, figure in seen.items():
                figures[key][name] = figure
        return figures
    finally:
        processes = [process for some in running.values() for process in some]
        # An init that is killed would leave its redis, which has a process group of its own.
        for process in processes:
            process.terminate()
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            kill(process)


def _start(contender, agent, folder, ttl):
    service = Service(agent.address, folder, ttl)
    process = contender.start(service, *redis(service), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if contender.registers:
        passing = f"/v1/health/service/{service.name}?passing"
        eventually(lambda: agent.get(passing), within=15, what=f"{contender.name} passing")
    return process


def _watch(running, folder, seconds):
    """Every system call of each and of what it starts, but for redis."""
    traces, watchers = {}, []
    for name, process in running.items():
        traces[name] = (folder / f"{name}.strace", family(process.pid, without="redis-server"))
        attached = [word for pid in traces[name][1] for word in ("-p", str(pid))]
        limit = ["timeout", "--signal=INT", str(seconds)]
        watch = [*limit, "strace", "-f", "-qq", "-ttt", "-o", traces[name][0], *attached]
        watchers.append(subprocess.Popen(watch, stderr=subprocess.DEVNULL))
    for watcher in watchers:
        watcher.wait()
    return {name: _count(*trace, seconds) for name, trace in traces.items()}


_CALL = re.compile(r"(?P<pid>\d+) +(?P<time>\d+\.\d+) (?P<call>\w+)\(")


def _count(trace, attached, seconds):
    """A minute's. The call in which each was found when the trace began is none of it."""
    calls, waiting = [], {str(pid) for pid in attached}
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        call = _CALL.match(line)
        if call and call["pid"] in waiting:
            waiting.remove(call["pid"])
        elif call:
            calls.append((float(call["time"]), call["call"]))
    awake = []
    for when, what in calls:
        if not awake or when - awake[-1][-1][0] > _ASLEEP:
            awake.append([])
        awake[-1].append((when, what))
    beats = [len(moment) for moment in awake if any(what == "connect" for _, what in moment)]
    minute = 60 / seconds
    counted = {"wakes": [len(awake) * minute], "beats": [len(beats) * minute], "calls": [len(calls) * minute]}
    return {**counted, "beat_calls": beats or [0]} if beats else counted
