"""Words, variables and files that can't work: what is wrong, and what the line about it has to name."""

import json

NAMED = ["--name", "web"]
PORT = ["--name", "web", "--port", "8080"]

# Of each option that takes a value one that is wrong for it, and one that is right.
OPTIONS = {
    "--name": ("a\a", "web"),
    "--port": ("abc", "80"),
    "--advertise-port": ("0", "81"),
    "--id": ("a//b", "a"),
    "--address": ("a:80", "192.0.2.1"),
    "--tag": ("\x1b[2J", "a"),
    "--meta": ("version", "a=b"),
    "--service-file": ("/none", "/none"),
    "--consul-addr": ("tcp://127.0.0.1:8500", "127.0.0.1:1"),
    "--token-file": ("/none", "/none"),
    "--ready": ("udp", "none"),
    "--ready-timeout": ("5", "5s"),
    "--ttl": ("15", "15s"),
    "--deregister-after": ("60", "60s"),
    "--stop-signal": ("STOPP", "QUIT"),
    "--drain": ("-5s", "5s"),
    "--stop-timeout": ("0s", "5s"),
    "--rewrite": ("TERM", "TERM:INT"),
    "--wait-for-all": ("2", "2s"),
    "--expect-exit": ("256", "1"),
    "--log-level": ("chatty", "info"),
    "--log-format": ("xml", "text"),
}
REPEATABLE = {"--port", "--tag", "--meta", "--stop-signal", "--rewrite", "--expect-exit"}
SWITCHES = ["--meta-from-env", "--process-group", "--no-meta", "--no-register", "--dry-run"]
ANSWERED = ["--help", "--version"]

# Of each variable one value that is wrong for it.
VARIABLES = {
    "SERVICE_NAME": "a\a",
    "SERVICE_PORT": "tcp://192.0.2.1:80",
    "SERVICE_ADVERTISE_PORT": "65536",
    "SERVICE_ID": "./a",
    "SERVICE_ADDRESS": "0.0.0.0",
    "SERVICE_TAGS": "a,\x7f",
    "SERVICE_META_X": "x" * 513,
    "SERVICE_META_FROM_ENV": "maybe",
    "SERVICEWRAPPER_SERVICE_FILE": "/none",
    "CONSUL_HTTP_ADDR": "https://consul:8501",
    "CONSUL_HTTP_TOKEN_FILE": "/none",
    "CONSUL_HTTP_TOKEN": "two words",
    "CONSUL_HTTP_SSL": "true",
    "CONSUL_NAMESPACE": "a\t",
    "CONSUL_PARTITION": "a\t",
    "SERVICE_READY": "http://web/",
    "SERVICE_READY_TIMEOUT": "0s",
    "SERVICE_CHECK_TTL": "99ms",
    "SERVICE_CHECK_DEREGISTER_AFTER": "1d",
    "SERVICE_CHECK_HTTP": "health",
    "SERVICE_CHECK_HTTPS": "/a b",
    "SERVICE_CHECK_TCP": "yes",
    "SERVICE_CHECK_GRPC": "yes",
    "SERVICE_CHECK_SCRIPT": "a\x1bb",
    "SERVICE_STOP_SIGNALS": "TERM,KILL",
    "SERVICE_DRAIN": "1.2345s",
    "SERVICE_STOP_TIMEOUT": "9999h",
    "SERVICEWRAPPER_REWRITE": "HUP:65",
    "SERVICEWRAPPER_PROCESS_GROUP": "maybe",
    "SERVICEWRAPPER_WAIT_FOR_ALL": "0s",
    "SERVICEWRAPPER_EXPECT_EXIT": "143,x",
    "SERVICEWRAPPER_META": "no",
    "SERVICEWRAPPER_REGISTER": "no",
    "SERVICEWRAPPER_LOG_LEVEL": "INFO",
    "SERVICEWRAPPER_LOG_FORMAT": "JSON",
}


def command_lines():
    """(what is wrong, the words, what is named, whether a command follows)"""
    for name, (wrong, right) in OPTIONS.items():
        shown = "token file" if name == "--token-file" else name
        yield f"{name} without its value at the end", [*NAMED, name], [name], False
        yield f"{name} without its value", [name, "--no-meta"], [name], True
        yield f"{name} empty", [name, ""], [name], True
        yield f"{name}= empty", [f"{name}="], [name], True
        yield f"{name} wrong", [*no(name), name, wrong], [shown], True
        yield f"{name} not UTF-8", [*no(name), f"{name}=a=\udcff"], [shown], True
        yield f"{name} of two lines", [*no(name), f"{name}=a=\n\nb"], [shown], True
        yield f"{name} misspelt", [f"{name}x={right}"], [f"{name}x"], True
        if name not in REPEATABLE:
            yield f"{name} twice", [name, right, name, right], [name], True
    for name in SWITCHES + ANSWERED:
        yield f"{name} with a value", [f"{name}=yes"], [name], True
        yield f"{name} misspelt", [f"{name}x"], [f"{name}x"], True
    for name in SWITCHES:
        yield f"{name} twice", [name, name], [name], True


def no(name):
    """What has to be given beside this option for it to be looked at."""
    return [] if name == "--name" else NAMED


def environments():
    for name, wrong in VARIABLES.items():
        shown = "token file" if name == "CONSUL_HTTP_TOKEN_FILE" else name
        # A check is looked at where there is a port.
        words = [] if name in ("SERVICE_NAME", "SERVICE_PORT") else PORT
        more = {} if name == "SERVICE_NAME" else {"SERVICE_NAME": "web"}
        for what, value in [("wrong", wrong), ("not UTF-8", "a\udcff"), ("of two lines", "a\n\nb")]:
            yield f"{name} {what}", words, {**more, name: value}, [shown]


def wrong_types():
    texts, lists = [1, True, None, [], {}], ["a", 1, None, {}]
    for field in ("name", "id", "address", "namespace", "partition"):
        yield from ((field, value) for value in texts)
    yield from (("port", value) for value in ["80", True, None, [], {}, -1, 70000, 8.5])
    yield from (("tags", value) for value in [*lists, [1], [None], [[]], ["a\n"]])
    yield from (("meta", value) for value in [[], "a", 1, None])
    yield from (("meta", value) for value in [{"a": 1}, {"a": None}, {"": "x"}, {"a b": "x"}])
    yield from (("meta", {f"k{number}": "v" for number in range(count)}) for count in (65, 60_000))
    yield from (("check", value) for value in ["a", 1, None, []])
    yield from (("checks", value) for value in [*lists, [1], ["a"], [None], [[]]])


def service(**fields):
    return json.dumps({"service": {"name": "web", **fields}}).encode()


def service_files():
    """(what is wrong, the file's content, what is named)"""
    for field, value in wrong_types():
        shown = json.dumps(value)
        shown = shown if len(shown) < 20 else f"of {len(value)} keys"
        yield f"{field}: {shown}", service(**{field: value}), [f"service.{field}"]
    good = service()
    nested = b'{"service": {"name": "a", "proxy": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_002
    two = [{"name": "a", "port": 1}, {"name": "b", "port": 2}]
    yield "nothing", b"", ["nothing is in it"]
    yield "blanks", b" \n\t\n", ["nothing is in it"]
    yield "a byte order mark", b"\xef\xbb\xbf" + good, ["byte order mark"]
    yield "UTF-16", good.decode().encode("utf-16"), ["line 1, column 1"]
    yield "Latin-1", b'{"service": {"name": "caf\xe9"}}', ["not UTF-8"]
    yield "a program", open("/bin/true", "rb").read(), ["line 1, column 1"]
    yield "NULs", b"\0" * 100, ["nothing is in it"]
    yield "cut", good[:-1], ["ends in the middle"]
    yield "two documents", good + good, ["more after the value"]
    yield "a comma too many", b'{"service": {"name": "a",}}', ["line 1, column 26"]
    yield "a comment", b'// web\n{"service": {}}', ["line 1, column 1"]
    yield "HCL", b'service {\n  name = "web"\n}\n', ["line 1, column 1"]
    yield "YAML", b"service:\n  name: web\n", ["line 1, column 1"]
    yield "quotes of the other kind", b"{'service': {}}", ["line 1, column 2"]
    yield "a key twice", b'{"service": {"name": "a", "name": "b"}}', ["given twice"]
    yield "a key twice in two spellings", service(Tags=[], tags=[]), ["given twice"]
    yield "half a surrogate pair", b'{"service": {"name": "\\ud800"}}', ["surrogate"]
    yield "a tab in a string", b'{"service": {"name": "a\tb"}}', ["control character"]
    yield "an escaped line feed in the name", service(name="a\nb"), ["service.name"]
    yield "10,000 levels", nested, ["nested more than 64 deep"]
    yield "a mebibyte and more", b" " * (1 << 20) + good, ["more than 1 MiB"]
    yield "a list", b"[]", ["not one service"]
    yield "a number", b"1", ["not one service"]
    yield "an empty object", b"{}", ["not one service"]
    yield "both service and services", b'{"service": {}, "services": []}', ["not one service"]
    yield "the API's form", b'{"Name": "web"}', ['"Name"']
    yield "a check alone", b'{"check": {}}', ['"check"']
    yield "a list for a service", b'{"service": []}', ['"service"']
    yield "an object for services", b'{"services": {}}', ['"services"']
    yield "an empty list of services", b'{"services": []}', ["no service is in its list"]
    yield "a number among the services", b'{"services": [{"name": "a"}, 1]}', ["services[1]"]
    yield "20,000 services", b'{"services": [' + b"{}," * 20_000 + b"{}]}", ["give at most 100"]
    yield "a service without a name", b'{"services": [{"name": "a"}, {}]}', ["no service name"]
    yield "one ID twice", json.dumps({"services": [{**one, "id": "x"} for one in two]}).encode(), ["this ID"]
    yield "one check's ID twice", service(checks=[{"id": "c"}, {"id": "c"}]), ['check "c"']
    checked = [{**one, "check": {"id": "c", "ttl": "9s"}} for one in two]
    yield "two services with one check's ID", json.dumps({"services": checked}).encode(), ['check "c"']
    yield "the ID of a check of ours", service(id="web-1", check={"id": "web-1:alive"}), ["web-1:alive"]


# (what is wrong, the file's content)
TOKENS = [
    ("nothing", b""),
    ("blanks", b" \n\t\n"),
    ("two words", b"one two\n"),
    ("two lines", b"one\ntwo\n"),
    ("a NUL", b"one\0"),
    ("what isn't ASCII", "tökén".encode()),
    ("a program", open("/bin/true", "rb").read(4096)),
]
