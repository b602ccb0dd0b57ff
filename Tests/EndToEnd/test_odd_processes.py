"""Processes and commands that do what few do, and must be stopped, told of or refused all the same."""

import os
import pty
import select
import signal
import struct
import sys

import pytest

from .waiting import Late, eventually
from .wrapper import SERVICEWRAPPER, clean_environment

AN_ELF_FOR_NOBODY = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 2, 0xFFFE, 1) + bytes(100)

LEAVES_ITS_GROUP = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: os._exit(4) if sys.argv[1] == "obeys" else None)
os.setpgid(0, os.getpgid(os.getppid()))
print("left", flush=True)
while True: signal.pause()
"""


@pytest.mark.parametrize("how, status", [("obeys", 4), ("ignores", 137)])
def test_a_process_that_leaves_its_group_is_still_signalled(wrapper, how, status):
    options = ["--no-register", "--process-group", "--stop-timeout", "500ms"]
    ours = wrapper(*options, "--", sys.executable, "-c", LEAVES_ITS_GROUP, how)
    eventually(lambda: ours.output, what="the process to have left")
    assert ours.stop(within=5) == status


@pytest.mark.parametrize("content", [AN_ELF_FOR_NOBODY, b"\0\1\2"], ids=["elf", "zeros"])
def test_a_binary_for_another_machine_is_not_run_by_the_shell(wrapper, tmp_path, content):
    program = tmp_path / "program"
    program.write_bytes(content)
    program.chmod(0o755)
    ours = wrapper("--no-register", "--", program)
    assert ours.wait() == 126
    assert ours.log == f"servicewrapper: error: {program}: Exec format error\n"


def test_a_name_that_looks_like_an_option_is_none_to_the_shell(wrapper, tmp_path):
    program = tmp_path / "-x"
    program.write_text("exit 3\n")
    program.chmod(0o755)
    ours = wrapper("--no-register", "--", "-x", cwd=tmp_path, environment={"PATH": ":/bin:/usr/bin"})
    assert ours.wait() == 3, ours.log


@pytest.mark.parametrize(
    "command, shown",
    [("no\nsuch\x1b[31m", "no\\nsuch\\x1b[31m"), ("", "the command, an empty word"), ("é", "é")],
)
def test_a_command_s_name_is_one_line_and_steers_no_terminal(wrapper, command, shown):
    ours = wrapper("--no-register", "--", command)
    assert ours.wait() == 127
    assert ours.log == f"servicewrapper: error: {shown}: No such file or directory\n"


def test_a_missing_command_is_reported_in_the_chosen_log_format(wrapper):
    ours = wrapper("--no-register", "--log-format", "json", "--", "no-such-program")
    assert ours.wait() == 127
    assert ours.log.startswith('{"level":"error"'), ours.log


PENDING = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
os.kill(os.getpid(), signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_signal_pending_before_exec_is_forwarded(wrapper):
    process = [sys.executable, "-c", "import signal; signal.sigwait([15]); print('got it')"]
    words = [SERVICEWRAPPER, "--no-register", "--", *process]
    ours = wrapper("-c", PENDING, *words, program=sys.executable)
    assert ours.wait() == 0
    assert b"".join(ours.output) == b"got it\n"


# On a terminal


def run_on_a_terminal(script):
    """What bash says that runs this on a terminal of its own."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve("/bin/bash", ["bash", "-c", script], clean_environment())
    os.write(terminal, b"hello\n")
    said = b""
    try:
        while select.select([terminal], [], [], 10)[0]:
            try:
                said += os.read(terminal, 4096)
            except OSError:
                return said.decode()
        raise Late(f"not within 10 s: the end of {script}; it said {said}")
    finally:
        os.close(terminal)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.mark.parametrize("command", ["true", "no-such-program"])
def test_the_terminal_is_our_caller_s_again_whether_or_not_there_was_a_process(command):
    ours = f"{SERVICEWRAPPER} --no-register --process-group -- {command}"
    assert "got hello" in run_on_a_terminal(f"{ours}; read line; echo got $line")
