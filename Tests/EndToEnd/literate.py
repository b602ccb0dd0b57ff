"""Pages that are run as they are written. In a block of `console` a command follows a prompt, and what it
shows follows the command; `…` is what differs."""

import re
import subprocess
import threading

from .started import kill, start
from .waiting import Late, eventually, wait_for_end

# Asked again until they show what is expected.
_LOOKS = ("dig ", "curl -s ", "curl http", "redis-cli ", "watch-service ")
_LOOKS += ("docker inspect ", "docker logs ", "docker run --rm ")

# What is another in each run: a container's ID, a PID, how long it took, the time.
_DIFFERS = re.compile(r"\b[0-9a-f]{12}\b|(?<=\bpid=)\d+|\b\d+(?=m?s\b)|\b\d\d:\d\d:\d\d\b|…")


def steps(page):
    """Each command with its prompt before it and what it shows after it."""
    for block in re.findall(r"^```console\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S):
        for step in re.split(r"^(?=[a-z]*[$#] )", block, flags=re.M)[1:]:
            command, _, shown = step.replace("\\\n", "").partition("\n")
            yield *command.split(" ", 1), shown


def _lines(text, command):
    lines = text.strip().split("\n")
    return "\n".join(sorted(lines) if command.startswith("dig ") else lines)  # DNS answers have no order


def _pattern(expected):
    return "[^ \\n]*".join(map(re.escape, _DIFFERS.split(expected)))


class Shell:
    """One shell for all of a page, so that a command knows the `$!` of the one before. `ours` makes the
    test's text of the page's. Lines that begin with `unsaid` are not the page's."""

    _DONE = re.compile(r"^\(done: (\d+)\)$", re.M)

    def __init__(self, command=("bash",), ours=str, unsaid=(), **options):
        self._ours, self._unsaid, self._shown = ours, unsaid, ""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self._process = start(command, text=True, **pipes, **options)
        threading.Thread(target=self._read, daemon=True).start()
        # As in a terminal: one stream. But curl would draw a progress bar, since this is none.
        self._run('exec 2>&1; curl() { command curl -sS "$@"; }')

    def _read(self):
        for line in self._process.stdout:
            if not line.startswith(self._unsaid):
                self._shown += line

    def follow(self, command, expected):
        """Runs it, and waits until it has shown what is expected; a look is taken again until it does."""
        command, expected = self._ours(command), self._ours(expected)
        pattern = _pattern(_lines(expected, command))

        def shows():
            return re.fullmatch(pattern, _lines(self._DONE.sub("", self._shown), command))

        def shows_again():
            if command.startswith(_LOOKS) and not shows():
                self._run(command)
            return shows()

        self._run(command)
        try:
            eventually(shows_again, within=20, every=0.05)
        except Late:
            raise Late(f"$ {command}\nexpected:\n{expected}\nshown:\n{self._shown}") from None

    def succeed(self, command):
        """Runs it, whatever it shows."""
        status = self._run(self._ours(command))
        assert status == 0, f"$ {command}\nstatus {status}, shown:\n{self._shown}"

    def _run(self, command, within=600):
        """Its exit status."""
        self._shown = ""
        self._process.stdin.write(f"{command}\nprintf '\\n(done: %d)\\n' $?\n")
        self._process.stdin.flush()

        def done():
            assert self._process.poll() is None, f"$ {command}\nended the shell:\n{self._shown}"
            return self._DONE.search(self._shown)

        return int(eventually(done, within, f"the end of {command}; shown:\n{self._shown}")[1])

    def exit(self):
        self._process.stdin.close()
        wait_for_end(self._process)

    def end(self):
        kill(self._process)
