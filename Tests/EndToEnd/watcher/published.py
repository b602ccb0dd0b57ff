"""Containers that publish ports, as an engine tells of them, and what is to be registered for them."""

import os

from .servicewatcher import leave_dead, marks, new_id

HOST = os.uname().nodename
MARKS = {*marks("x"), "engine-id"}


def published(port, *, udp=False, address="0.0.0.0", host_port=None):
    """As an engine says it, by the port within."""
    binding = {"HostIp": address, "HostPort": str(host_port or port + 10000)}
    return {f"{port}/{'udp' if udp else 'tcp'}": [binding]}


class Case:
    """`env` and `labels` are the container's, `options` the watcher's, `expected` the services by ID."""

    def __init__(self, said, expected, ports=None, env=(), labels=None, options=(), **where):
        self.said, self.expected, self.options = said, expected, options
        self.inspected = inspected(published(80) if ports is None else ports, env, labels, **where)


def inspected(ports, env=(), labels=None, image="nginx:1.27", network="bridge"):
    """What differs of what an engine says."""
    exposed = {port: {} for port in ports}
    bridge = {"bridge": {"IPAddress": "198.51.100.7"}}
    return {
        "Name": "/front",
        "Config": {"Image": image, "Env": list(env), "Labels": labels or {}, "ExposedPorts": exposed},
        "HostConfig": {"NetworkMode": network},
        "NetworkSettings": {"Ports": {} if network == "host" else ports, "Networks": bridge},
    }


def one(service_id=f"{HOST}:front:80", name="nginx", port=10080, address="", tags=(), meta=None):
    said = {"Service": name, "Port": port, "Address": address, "Tags": list(tags), "Meta": meta or {}}
    return {service_id: said}


def registered(agent):
    """Without the marks."""
    services = {}
    for service_id, service in agent.services().items():
        meta = {key: value for key, value in service["Meta"].items() if key not in MARKS}
        services[service_id] = {key: service[key] for key in ("Service", "Port", "Address", "Tags")} | {
            "Meta": meta
        }
    return services


def is_settled(engine, agent, watcher):
    """What was to be registered is: the entry of one that died, which goes before, is gone."""
    watcher.watches()
    leave_dead(agent, "probe", marks(new_id()), name="probe")
    engine.tell("die", new_id())
    watcher.until(lambda: agent.service("probe") is None, 10)
