"""The soak, bounded: a leak of 64 bytes with each heartbeat would be seen."""

import pytest

from .soak import soak

pytestmark = [pytest.mark.needs("consul"), pytest.mark.timeout(900)]


def test_memory_and_descriptors_stay_flat(tmp_path, record_property):
    output = []
    found = soak(str(tmp_path), heartbeats=700, registrations=200, beating=2, report=output.append)
    record_property("soak", output)
    assert not found, "\n".join(output)
