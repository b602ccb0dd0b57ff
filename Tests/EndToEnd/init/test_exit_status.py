"""What the process ends with is what the init ends with."""

import signal

import pytest

from .inits import INIT, OURS

# All but those that stop, continue or do nothing by default.
TERMINATING = sorted(
    set(range(1, 65))
    - {32, 33}
    - {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
    - {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
)


@pytest.mark.case(1)
@pytest.mark.parametrize("status", range(256))
def test_the_status_is_the_process_s_own(run, status):
    assert run("sh", "-c", f"exit {status}").wait() == status


@pytest.mark.case(2)
@pytest.mark.parametrize("number", TERMINATING)
def test_a_process_killed_by_a_signal_is_128_and_its_number(run, programs, number):
    assert run(programs / "dies", number).wait() == 128 + number


@pytest.mark.case(3)
@pytest.mark.parametrize("status", [124, 125, 126, 127])
def test_a_process_may_exit_with_a_status_that_inits_use_themselves(run, status):
    init = run("sh", "-c", f"echo there; exit {status}")
    assert init.wait() == status
    assert init.printed == ["there"]
    assert "error" not in init.log.lower() and "fatal" not in init.log.lower()


# Expected ones


@pytest.mark.case(4)
@pytest.mark.parametrize("expected, ends, status", [(143, 143, 0), (1, 1, 0), (143, 142, 142), (1, 0, 0)])
def test_an_expected_status_is_success_and_no_other(run, expected, ends, status):
    options = INIT.asked("expect exit", expected)
    assert run("sh", "-c", f"exit {ends}", options=options).wait() == status


@pytest.mark.case(4)
def test_an_expected_status_may_be_a_signal_s(run, waits):
    init = run(waits, options=INIT.asked("expect exit", 143))
    init.prints("ready")
    init.send(signal.SIGTERM)
    assert init.wait() == 0


@pytest.mark.case(4)
@pytest.mark.parametrize("ends", [1, 143])
def test_several_statuses_may_be_expected(run, ends):
    options = [*INIT.asked("expect exit", 143), *INIT.asked("expect exit", 1)]
    assert run("sh", "-c", f"exit {ends}", options=options).wait() == 0


@pytest.mark.case(4)
@pytest.mark.parametrize("ends, status", [(1, 0), (143, 0), (2, 2)])
def test_the_environment_sets_the_expected_status(run, ends, status):
    INIT.asked("environment")
    environment = {"SERVICEWRAPPER_EXPECT_EXIT": "143,1"}
    assert run("sh", "-c", f"exit {ends}", environment=environment).wait() == status


@pytest.mark.case(4)
@pytest.mark.parametrize("wrong", ["256", "x", "-1", "", "1x"])
def test_an_invalid_expected_status_is_a_usage_error(start_init, wrong):
    init = start_init("echo", "started", options=[*INIT.asked("expect exit", "{}")[:1], wrong])
    status = init.wait()
    assert init.printed == [], "nothing was started"
    assert status == 125 if INIT.is_ours else status != 0
    if INIT.is_ours:
        assert len(init.log.splitlines()) == 1 and "--expect-exit" in init.log and wrong in init.log


# Commands that can't be run


@pytest.fixture
def commands(tmp_path):
    """Of each kind that can't be executed, one."""
    (tmp_path / "data").write_text("#!/bin/sh\n")
    (tmp_path / "data").chmod(0o644)
    (tmp_path / "orphaned").write_text("#!/nonexistent/interpreter\n")
    (tmp_path / "orphaned").chmod(0o755)
    return {
        "missing": "/nonexistent/command",
        "missing in PATH": "no-such-command",
        "directory": tmp_path,
        "not executable": tmp_path / "data",
        "below a file": tmp_path / "data" / "command",
        "without its interpreter": tmp_path / "orphaned",
    }


@pytest.mark.case(5)
@pytest.mark.parametrize(
    "kind, status",
    [
        ("missing", 127),
        ("missing in PATH", 127),
        ("without its interpreter", 127),
        ("directory", 126),
        ("not executable", 126),
        ("below a file", 126),
    ],
)
def test_a_command_that_cannot_run_has_its_status_and_is_named(run, commands, kind, status):
    init = run(commands[kind])
    assert init.wait() == status
    assert str(commands[kind]) in init.log
    assert init.printed == []


@pytest.fixture
def bare_script(tmp_path):
    """A script without `#!`, such as execvp(3) hands to the shell."""
    path = tmp_path / "bare-script"
    path.write_text('echo "$1" "$2"\nexit 9\n')
    path.chmod(0o755)
    return path


@pytest.mark.case(5)
@pytest.mark.parametrize("by", ["path", "name"])
def test_a_script_without_an_interpreter_line_runs_under_the_shell(run, bare_script, by, monkeypatch):
    if by == "name":
        monkeypatch.setenv("PATH", str(bare_script.parent), prepend=":")
    init = run(bare_script if by == "path" else bare_script.name, "a b", "*")
    assert init.wait() == 9, init.log
    assert init.printed == ["a b *"]


@pytest.mark.case(5)
def test_a_file_that_is_not_a_program_is_not_reported_as_missing(run, tmp_path):
    """The shell says what it thinks of it; execvp(3) does the same."""
    (tmp_path / "empty").touch()
    (tmp_path / "empty").chmod(0o755)
    assert run(tmp_path / "empty").wait() == 0


@pytest.mark.ours
@pytest.mark.case(5)
def test_a_command_that_cannot_run_is_reported_in_one_line(run, commands):
    for command in commands.values():
        init = run(command)
        init.wait()
        assert len(init.log.splitlines()) == 1 and init.log.startswith(f"{OURS}: error: "), init.log
