"""Images made here, since none is fetched: from scratch, redis with its libraries, a Debian."""

import os
import re
import shutil
import subprocess
import tarfile

from ..wrapper import SERVICEWRAPPER

_PROGRAMS = os.path.join(os.path.dirname(__file__), "programs")
_UNUSED = ("usr/share/doc", "usr/share/locale", "usr/share/man", "var/cache/apt", "var/lib/apt/lists", "dev")
LEFT_OUT = [f"--exclude=./{path}/*" for path in _UNUSED]
ENTRY = 'ENTRYPOINT ["/servicewrapper"]'


def compile_waits(folder):
    """programs/waits.c, which needs nothing beside it."""
    program = os.path.join(folder, "waits")
    command = ["cc", "-static", "-O1", "-o", program, os.path.join(_PROGRAMS, "waits.c")]
    subprocess.run(command, check=True, timeout=60)
    return program


def _libraries(program):
    """The paths that the loader would take, itself included; ldd(1)."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, timeout=20, check=False).stdout
    return re.findall(r"(/\S+) \(0x", said)


def pack_programs(tar_path, programs):
    """A file tree of these programs, {path inside: path here}, with what each is linked with, and /tmp."""
    with tarfile.open(tar_path, "w", dereference=True) as tar:
        needed = {library for program in programs.values() for library in _libraries(program)}
        for inside, here in {**programs, **{library: library for library in needed}}.items():
            tar.add(here, inside)
        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(temporary)
    return tar_path


def pack_redis(folder):
    redis = {"/usr/bin/redis-server": shutil.which("redis-server"), "/servicewrapper": SERVICEWRAPPER}
    return pack_programs(os.path.join(folder, "redis.tar"), redis)


def pack_consul(folder):
    return pack_programs(os.path.join(folder, "consul.tar"), {"/bin/consul": shutil.which("consul")})


class Debian:
    """A minimal Debian with some packages. It takes half a minute, and is made while other tests run."""

    RELEASE = "bookworm"
    # redis, as the image redis:7 has it; then the toolbox's; the rest is what a Swift toolchain lives on.
    PACKAGES = ["redis-server", "bind9-dnsutils", "curl", "procps", "redis-tools"]
    PACKAGES += ["make", "git", "libc6-dev", "libstdc++-12-dev", "binutils"]
    PACKAGES += ["libcurl4", "libxml2", "libsqlite3-0", "libncurses6"]

    def __init__(self, sandbox, folder):
        self._root, self._log_path = os.path.join(folder, "debian"), os.path.join(folder, "debootstrap.log")
        self._tar = os.path.join(folder, "debian.tar")
        packages = [f"--include={','.join(self.PACKAGES)}"]
        command = ["debootstrap", "--variant=minbase", *packages, self.RELEASE, self._root]
        with open(self._log_path, "wb") as log:
            self._making = sandbox.start(*command, stdout=log, stderr=subprocess.STDOUT)

    def root(self, within=600):
        """Its files, once they are there."""
        status = self._making.wait(timeout=within)
        assert status == 0, open(self._log_path, encoding="utf-8").read()[-2000:]
        return self._root

    def tar(self):
        if not os.path.exists(self._tar):
            with open(os.path.join(self.root(), "etc/apt/sources.list"), "w", encoding="utf-8"):
                pass  # nobody asks from in there
            command = ["tar", "-C", self.root(), *LEFT_OUT, "-cf", self._tar, "."]
            subprocess.run(command, check=True, timeout=120)
        return self._tar


def _toolchain():
    """Where Swift is, and what of it a build of the release takes: a third, the same in every layout."""
    root = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("swift"))))
    programs = re.compile(r"swift(c|-.*)?|clang(-\d+|\+\+)?|llvm-ar|lld|ld\..*|ld64\.lld")
    left_out = ("swift-format", "swift-sdk-interfaces")
    bins = [name for name in os.listdir(f"{root}/bin") if programs.fullmatch(name) and name not in left_out]
    return root, [*(f"bin/{name}" for name in sorted(bins)), "lib/swift", "lib/clang"]


def pack_builder(debian_root, folder):
    """The Debian with the machine's own toolchain in /usr, as in Swift's image."""
    root, parts = _toolchain()
    tar = os.path.join(folder, "builder.tar")
    other_targets = ["--exclude=*-none-*", "--exclude=*-apple-*", "--exclude=FrameworkABIBaseline"]
    names = ["--transform", r"s,^\(bin\|lib\)/,usr/\1/,S"]
    command = ["tar", "-cf", tar, *names, *other_targets, *LEFT_OUT]
    command += ["-C", debian_root, ".", "-C", root, *parts]
    subprocess.run(command, check=True, timeout=120)
    return tar


# Talks to other hosts than its own, as that of the image redis:7.
_OPEN_REDIS = """FROM debian:bookworm-slim
RUN printf '#!/bin/sh\\nexec /usr/bin/redis-server "$@" --protected-mode no\\n' > /usr/local/bin/redis-server
RUN chmod +x /usr/local/bin/redis-server
CMD ["redis-server"]
"""


def stand_in(engine, debian, folder):
    """What the examples start from, under the names that they have there, as if it had been pulled. What the
    toolbox installs is in its base, where apt has no archive to ask."""
    engine.import_tree("debian:bookworm-slim", debian.tar())
    engine.import_tree("hashicorp/consul:1.20", pack_consul(folder), 'ENTRYPOINT ["/bin/consul"]')
    context = os.path.join(folder, "redis")
    os.mkdir(context)
    with open(os.path.join(context, "Dockerfile"), "w", encoding="utf-8") as dockerfile:
        dockerfile.write(_OPEN_REDIS)
    engine.build("redis:7", context)
    if shutil.which("swift"):
        builder = pack_builder(debian.root(), folder)
        engine.import_tree("swift:6.3-bookworm", builder)
        os.unlink(builder)
