"""What can't work is refused in one clear line, before anything is started or registered.
`make bad-inputs` counts what is tried here, by the test's name."""

import os
import resource
import stat

import pytest

from .bad_inputs import NAMED, PORT, TOKENS, command_lines, environments, service_files
from .waiting import eventually

# What is wrong, the options, the environment, and what the line has to name.
REFUSED = [
    ("unknown option", [*PORT, "--bogus"], {}, ["--bogus"]),
    ("misspelt option", [*PORT, "--tll", "3s"], {}, ["--tll"]),
    ("service file that isn't there", [*PORT, "--service-file", "/none"], {}, ["--service-file", "/none"]),
    ("option without its dash", ["-name", "web"], {}, ["-name"]),
    ("value for what takes none", [*PORT, "--no-register=yes"], {}, ["--no-register"]),
    ("no name", ["--port", "8080"], {}, ["--name"]),
    ("empty name", ["--name", "", "--port", "8080"], {}, ["--name"]),
    ("name twice", ["--name", "a", "--name", "b"], {}, ["--name"]),
    ("port 0", [*NAMED, "--port", "0"], {}, ["--port"]),
    ("port 65536", [*NAMED, "--port", "65536"], {}, ["--port", "65535"]),
    ("port abc", [*NAMED, "--port", "abc"], {}, ["--port", "abc"]),
    ("port -1", [*NAMED, "--port", "-1"], {}, ["--port"]),
    ("port with a space", [*NAMED, "--port", " 80"], {}, ["--port"]),
    ("port 0 in the environment", [], {"SERVICE_NAME": "web", "SERVICE_PORT": "0"}, ["SERVICE_PORT"]),
    ("port in words in the environment", NAMED, {"SERVICE_PORT": "http"}, ["SERVICE_PORT", "http"]),
    ("advertised port 0", [*PORT, "--advertise-port", "0"], {}, ["--advertise-port"]),
    ("id that path cleaning changes", [*PORT, "--id", "a/../b"], {}, ["--id", "a/../b"]),
    ("id ..", [*PORT, "--id", ".."], {}, ["--id"]),
    ("id with a slash first", [*PORT, "--id", "/a"], {}, ["--id"]),
    ("id with two slashes", [*PORT, "--id", "a//b"], {}, ["--id"]),
    ("id in the environment", PORT, {"SERVICE_ID": "./a"}, ["SERVICE_ID"]),
    ("address of nobody", [*PORT, "--address", "0.0.0.0"], {}, ["--address", "0.0.0.0"]),
    ("meta without =", [*PORT, "--meta", "version"], {}, ["--meta", "version"]),
    ("meta key with a space", [*PORT, "--meta", "a b=c"], {}, ["--meta"]),
    ("meta value of 513 bytes", [*PORT, "--meta", "a=" + "x" * 513], {}, ["--meta", "512"]),
    ("ttl without a unit", [*PORT, "--ttl", "15"], {}, ["--ttl", "unit"]),
    ("ttl in words", [*PORT, "--ttl", "soon"], {}, ["--ttl", "soon"]),
    ("negative ttl", [*PORT, "--ttl", "-3s"], {}, ["--ttl"]),
    ("ttl in the environment", PORT, {"SERVICE_CHECK_TTL": "15"}, ["SERVICE_CHECK_TTL", "unit"]),
    ("drain without a unit", [*PORT, "--drain", "5"], {}, ["--drain", "unit"]),
    ("stop time-out without a unit", [*PORT, "--stop-timeout", "5"], {}, ["--stop-timeout"]),
    ("ready time-out without a unit", [*PORT, "--ready-timeout", "5"], {}, ["--ready-timeout"]),
    ("reap time without a unit", [*PORT, "--deregister-after", "60"], {}, ["--deregister-after"]),
    ("stop signal that is none", [*PORT, "--stop-signal", "STOPP"], {}, ["--stop-signal", "STOPP"]),
    ("stop signal that can't be caught", [*PORT, "--stop-signal", "KILL"], {}, ["--stop-signal"]),
    ("unknown probe", [*PORT, "--ready", "udp"], {}, ["--ready", "udp"]),
    ("probe of a host name", [*PORT, "--ready", "tcp://db:5432"], {}, ["--ready", "tcp://db:5432"]),
    ("one ID for two ports", [*PORT, "--port", "81", "--id", "a"], {}, ["--id", "SERVICE_8080_ID"]),
    ("check without a path", PORT, {"SERVICE_CHECK_HTTP": "health"}, ["SERVICE_CHECK_HTTP", "health"]),
    ("tcp probe without a port", [*NAMED, "--ready", "tcp"], {}, ["--ready"]),
    ("Consul by tcp://", [*PORT, "--consul-addr", "tcp://127.0.0.1:8500"], {}, ["--consul-addr", "tcp://"]),
    ("tcp:// in the environment", PORT, {"CONSUL_HTTP_ADDR": "tcp://x"}, ["CONSUL_HTTP_ADDR", "tcp://x"]),
    ("Consul by https://", [*PORT, "--consul-addr", "https://consul:8501"], {}, ["--consul-addr", "TLS"]),
    (
        "https:// in the environment",
        PORT,
        {"CONSUL_HTTP_ADDR": "https://consul:8501"},
        ["CONSUL_HTTP_ADDR", "TLS"],
    ),
    ("CONSUL_HTTP_SSL", PORT, {"CONSUL_HTTP_SSL": "true"}, ["CONSUL_HTTP_SSL", "TLS"]),
    ("Consul's port 70000", [*PORT, "--consul-addr", "127.0.0.1:70000"], {}, ["--consul-addr"]),
    ("Consul's socket without a path", [*PORT, "--consul-addr", "unix://"], {}, ["--consul-addr"]),
    (
        "token file that isn't there",
        [*PORT, "--token-file", "/nonexistent/token"],
        {},
        ["/nonexistent/token"],
    ),
    ("token file that is a directory", [*PORT, "--token-file", "/"], {}, ["token", "/"]),
    (
        "token file in the environment",
        PORT,
        {"CONSUL_HTTP_TOKEN_FILE": "/nonexistent/token"},
        ["/nonexistent/token"],
    ),
    ("log level", [*PORT, "--log-level", "chatty"], {}, ["--log-level", "chatty"]),
    ("log format", [*PORT, "--log-format", "xml"], {}, ["--log-format", "xml"]),
]


@pytest.fixture
def marker(tmp_path):
    """A command that leaves a file behind if it is started."""
    path = tmp_path / "started"
    return path, ["sh", "-c", 'touch "$1"', "sh", path]


def refusal(run):
    """The one line of a run that was refused."""
    assert run.wait(within=2) == 125, run.log
    assert run.output == []
    lines = run.log.splitlines()
    assert len(lines) == 1 and run.log.endswith("\n"), run.log
    assert lines[0].startswith("servicewrapper: error: ") and len(lines[0]) < 400, lines[0]
    assert lines[0].isprintable(), lines[0]
    return lines[0]


@pytest.fixture
def refused(wrapper, fake_consul, marker):
    """The one line about these options, before a command that must not be started."""

    def run(options, environment=None, command=True, **how):
        consul = fake_consul()
        path, words = marker
        environment = {"CONSUL_HTTP_ADDR": consul.address, **(environment or {})}
        words = ["--", *words] if command else []
        line = refusal(wrapper(*options, *words, environment=environment, **how))
        assert not path.exists(), "nothing was started"
        assert consul.accepted == 0, "nothing was registered"
        return line

    return run


def parametrized(cases):
    """What is wrong is the name of each."""
    cases = [pytest.param(*case[1:], id=case[0]) for case in cases]
    # Or pytest would number them.
    assert len(cases) == len({case.id for case in cases})
    return cases


@pytest.mark.parametrize("options, environment, named", parametrized(REFUSED))
def test_an_impossible_combination_is_refused_with_125_and_one_line(refused, options, environment, named):
    line = refused(options, environment)
    for word in named:
        assert word in line


@pytest.mark.parametrize("words, named, command", parametrized(command_lines()))
def test_a_wrong_argument_is_refused(refused, words, named, command):
    line = refused(words, command=command)
    assert all(word in line for word in named), line


@pytest.mark.parametrize("words, environment, named", parametrized(environments()))
def test_a_wrong_variable_is_refused(refused, words, environment, named):
    line = refused(words, environment)
    assert all(word in line for word in named), line
    assert "two words" not in line, "a token is never shown"


@pytest.mark.parametrize("content, named", parametrized(service_files()))
def test_a_wrong_service_file_is_refused(refused, tmp_path, content, named):
    file = tmp_path / "web.json"
    file.write_bytes(content)
    line = refused(["--service-file", file])
    assert all(word in line for word in named), line


@pytest.mark.parametrize("content", parametrized(TOKENS))
def test_a_wrong_token_file_is_refused(refused, tmp_path, content):
    file = tmp_path / "token"
    file.write_bytes(content)
    line = refused([*PORT, "--token-file", file])
    assert line.endswith(f"token file {file}: no token in it")


@pytest.fixture
def odd_files(tmp_path):
    """What isn't an ordinary file, by what is wrong with it."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    return {
        "not there": tmp_path / "none",
        "a directory": tmp_path,
        "below a file": tmp_path / "file" / "web.json",
        "a symbolic link to itself": tmp_path / "loop",
        "a pipe that nobody writes": tmp_path / "fifo",
        "endless": "/dev/zero",
        "empty for ever": "/dev/null",
        "memory": "/proc/self/mem",
        "a name that is too long": "/" + "x" * 300,
        "a path that is too long": "/x" * 3000,
    }


ODD = ["not there", "a directory", "below a file", "a symbolic link to itself", "a pipe that nobody writes"]
ODD += ["endless", "empty for ever", "memory", "a name that is too long", "a path that is too long"]


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("option", ["--service-file", "--token-file"])
def test_a_path_of_no_ordinary_file_is_refused(refused, odd_files, option, what):
    line = refused([*NAMED, option, odd_files[what]])
    assert option.lstrip("-").replace("-", " ") in line.replace("-", " ")
    assert str(odd_files[what])[:30] in line


@pytest.mark.parametrize("arguments", [[], PORT, [*PORT, "--"]], ids=["nothing at all", "options", "dashes"])
def test_no_command_is_refused(wrapper, arguments):
    assert "command" in refusal(wrapper(*arguments)).lower()


def test_a_missing_value_is_refused(wrapper):
    assert "--port" in refusal(wrapper("--name", "web", "--port"))


@pytest.mark.root
@pytest.mark.needs("setpriv")
@pytest.mark.parametrize("option", ["--service-file", "--token-file"])
def test_an_unreadable_file_is_refused(wrapper, tmp_path, option):
    file = tmp_path / "token"
    file.write_text("secret-word\n")
    file.chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    nobody = ["setpriv", "--reuid", "65534", "--clear-groups"]
    line = refusal(wrapper(*PORT, option, file, "--", "true", prefix=nobody))
    assert "Permission denied" in line and str(file)[:30] in line and "secret-word" not in line


def test_a_name_that_dns_cannot_carry_is_warned_about_and_registered(wrapper, server, agent):
    served = server()
    options = ["--name", "web_1.x", "--id", "odd", "--port", served.port]
    ours = wrapper(*options, "--", *served.command, consul=agent)
    line = ours.logs("DNS")
    assert "warning" in line and "web_1.x" in line
    served.event("accepting")
    ours.logs("registered")
    assert agent.service("odd")["Service"] == "web_1.x"


# Commands that can't be run


def executable(path, content):
    path.write_bytes(content)
    path.chmod(0o755)
    return path


@pytest.fixture
def commands(tmp_path):
    """By what is wrong: the command, and the status of it."""
    with open("/bin/true", "rb") as file:
        program = file.read()
    (tmp_path / "data").write_text("#!/bin/sh\n")
    (tmp_path / "loop").symlink_to("loop")
    return {
        "not there": ("/nonexistent/command", 127),
        "nowhere in PATH": ("no-such-command", 127),
        "an empty word": ("", 127),
        "without its interpreter": (executable(tmp_path / "orphan", b"#!/nonexistent/interpreter\n"), 127),
        "without its loader": (executable(tmp_path / "lost", program.replace(b"/lib64/", b"/lib65/")), 127),
        "a directory": (tmp_path, 126),
        "not executable": (tmp_path / "data", 126),
        "below a file": (tmp_path / "data" / "command", 126),
        "a symbolic link to itself": (tmp_path / "loop", 126),
        "a name that is too long": ("/" + "x" * 300, 126),
        # e_machine of elf(5): EM_AARCH64 is 183, EM_S390 22.
        "for another machine": (executable(tmp_path / "arm", program[:18] + b"\xb7\0" + program[20:]), 126),
        "for one more machine": (executable(tmp_path / "s390", program[:18] + b"\x16\0" + program[20:]), 126),
        "cut off": (executable(tmp_path / "cut", program[:100]), 126),
        "an interpreter that is a directory": (executable(tmp_path / "folder", b"#!/\n"), 126),
    }


UNRUNNABLE = ["not there", "nowhere in PATH", "an empty word", "without its interpreter"]
UNRUNNABLE += ["without its loader", "a directory", "not executable", "below a file"]
UNRUNNABLE += ["a symbolic link to itself", "a name that is too long", "for another machine"]
UNRUNNABLE += ["for one more machine", "cut off", "an interpreter that is a directory"]


@pytest.mark.parametrize("what", UNRUNNABLE)
def test_a_command_that_cannot_run_is_named_and_never_registered(wrapper, agent, commands, what):
    command, status = commands[what]
    ours = wrapper("--name", "web", "--id", "never", "--", command, consul=agent)
    assert ours.wait(within=3) == status, ours.log
    assert len(ours.lines()) == 1 and (str(command)[:40] or "empty") in ours.log, ours.log
    assert agent.service("never") is None and agent.in_catalog("web") == []


# Little to live on


def limited(what, value):
    return lambda: resource.setrlimit(what, (value, value))


def closing(*numbers):
    return lambda: [os.close(number) for number in numbers]


LIMITS = [(f"{count} descriptors", limited(resource.RLIMIT_NOFILE, count)) for count in range(13)]
LIMITS += [(f"{size} MB of memory", limited(resource.RLIMIT_AS, size << 20)) for size in (4, 6, 8, 16, 64)]
LIMITS += [(f"{size} kB of stack", limited(resource.RLIMIT_STACK, size << 10)) for size in (128, 256, 1024)]
LIMITS += [("no file to be written", limited(resource.RLIMIT_FSIZE, 0))]
LIMITS += [("no locked memory", limited(resource.RLIMIT_MEMLOCK, 0))]
LIMITS += [(f"closed: {n}", closing(*n)) for n in [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)]]


@pytest.mark.parametrize("before", parametrized(LIMITS))
def test_under_tight_limits_it_runs_or_reports_why_not(wrapper, agent, before):
    """Either the process runs and its status is ours, or it doesn't and we say in a line why."""
    command = ["/bin/sh", "-c", "exit 7"]
    ours = wrapper("--name", "web", "--id", "web-1", "--", *command, consul=agent, before=before)
    if ours.wait(within=5) != 7:
        assert "Too many open files" in refusal(ours)
    eventually(lambda: agent.service("web-1") is None, what="gone")


@pytest.mark.root
@pytest.mark.needs("setpriv")
def test_a_failed_fork_is_reported(wrapper):
    # The limit is none to root.
    nobody = ["setpriv", "--reuid", "65534", "--clear-groups"]
    before = limited(resource.RLIMIT_NPROC, 0)
    line = refusal(wrapper(*NAMED, "--no-register", "--", "true", prefix=nobody, before=before))
    assert "Resource temporarily unavailable" in line


# What is not bad input


def test_arguments_after_the_command_belong_to_the_command(wrapper):
    listing = wrapper("--name", "web", "--no-register", "ls", "-l", "--version", "/")
    assert listing.wait() == 0
    assert b"coreutils" in b"".join(listing.output)


def test_two_dashes_end_the_options(wrapper):
    echo = wrapper("--name", "web", "--no-register", "--", "echo", "--", "--name")
    assert echo.wait() == 0
    assert b"".join(echo.output) == b"-- --name\n"


def test_an_option_may_carry_its_value_behind_an_equals_sign(wrapper):
    said = wrapper("--name=web", "--port=8080", "--dry-run", "--", "true")
    assert said.wait() == 0
    assert b'"web"' in b"".join(said.output)
