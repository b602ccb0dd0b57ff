"""Every block on a page is run as it is written, or it is said here which test does the same, or why none."""

import re

import pytest

from .repository import ROOT

TESTS = ROOT / "Tests" / "EndToEnd"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PAGES += [*ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")]

# These run each block of `console` on their page.
LITERATE = {
    "docs/story.md": "test_the_story_shows_what_happens",
    "examples/redis-with-wrapper/README.md": "test_the_walk_through_shows_what_happens",
}
# Of the other blocks, how each begins, and the test that sees the same; or `not by a test`, and what then.
OTHERS = """
README.md
    FROM redis:7: test_the_walk_through_shows_what_happens
    ENTRYPOINT ["servicewrapper", "--name": test_docker_stop_deregisters_redis_and_keeps_its_exit_status
    servicewrapper: started redis-server: test_the_walk_through_shows_what_happens
    1. A Consul agent for this demo alone: not by a test, but by .ci/run
    {"service": {"name": "web": test_flags_and_variables_override_the_file
    servicewrapper --service-file web.json --dry-run: test_each_of_several_services_has_a_request_body
    make build: not by a test, but by .ci/run
CONTRIBUTING.md
    make help: not by a test, but by .ci/run
docs/bench.md
    make bench: test_a_quick_run_measures_every_row_of_every_contender
docs/containers.md
    docker build -t servicewrapper .: test_the_dockerfile_builds_the_static_file_alone_in_an_image
    COPY --from=servicewrapper: test_the_walk_through_shows_what_happens
    SigBlk: test_the_kernel_lets_no_process_block_catch_or_ignore_sigkill
    read(4,: test_sigterm_is_read_and_followed_by_a_deregistration
    +++ killed by SIGKILL: test_sigkill_ends_it_without_a_request_to_consul
    consul acl token create: test_the_hardened_line_of_the_documentation_works
docs/inits.md
    make test-init: not by a test, since it is these tests
docs/recipes.md
    FROM redis:7: test_redis_saves_its_data_when_term_stops_it
    FROM nginx:1: test_quit_finishes_a_download_that_is_under_way_and_takes_no_new_one
    FROM postgres:15: test_int_ends_the_clients_and_the_next_start_has_nothing_to_recover
    FROM python:3: test_int_ends_it_tidily
    docker run -it … servicewrapper --name shell: test_where_only_term_is_sent_rewriting_it_to_hup_ends_it
    servicewrapper --name web --port 80: test_as_a_group_all_are_signalled_and_the_script_ends_last
docs/registrators.md
    make compare-registrators: test_a_quick_run_with_ours_alone
docs/servicewatcher.md
    docker run -d --name servicewatcher: test_the_walk_through_shows_what_happens
    servicewatcher: watching engine: test_the_walk_through_shows_what_happens
    servicewatcher: warning: web-4f2a-80 was registered again: test_an_entry_that_returns_after_its_removal_stays_until_its_check_is_critical
    servicewatcher --engine tcp://127.0.0.1:2375: test_the_proxy_passes_exactly_the_requests_of_the_watcher
docs/story.md
    consul agent -dev: test_the_story_shows_what_happens
docs/with-others.md
    env: not by a test, as there is no Kubernetes here; the page says so
"""


def page_name(page):
    return str(page.relative_to(ROOT))


def listed():
    """{page: {how a block begins: who sees it}}"""
    pages = {}
    for line in OTHERS.strip().splitlines():
        if not line.startswith(" "):
            blocks = pages.setdefault(line, {})
        else:
            begins, _, who = line.strip().rpartition(": ")
            blocks[begins] = who
    return pages


_FENCED = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```$", re.M | re.S)
_INDENTED = re.compile(r"(?<=\n\n)(?:(?: {4,}[^\n]*)?\n)+")


def blocks(page):
    """The language of each, and its text."""
    text = page.read_text(encoding="utf-8")
    fenced = _FENCED.findall(text)
    indented = [("", block.strip()) for block in _INDENTED.findall(_FENCED.sub("", text)) if block.strip()]
    return fenced + indented


def is_test(name):
    return any(f"def {name}(" in file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py"))


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_each_block_of_a_page_has_a_test_or_a_reason(page):
    name, unused = page_name(page), dict(listed().get(page_name(page), {}))
    known = tuple(unused)
    for language, text in blocks(page):
        if language == "console":
            assert name in LITERATE, f"nobody runs the console of {name}:\n{text}"
            continue
        begins = next((one for one in known if text.startswith(one)), None)
        assert begins, f"nobody runs this of {name}; run it, or list it with the test that does:\n{text}"
        unused.pop(begins, None)
    assert not unused, "listed, and not on the page"


def test_each_test_named_for_a_block_exists():
    who = [*LITERATE.values(), *(one for page in listed().values() for one in page.values())]
    assert [one for one in who if not one.startswith("not by a test") and not is_test(one)] == []
    assert set(listed()) | set(LITERATE) <= set(map(page_name, PAGES))
