#!/usr/bin/env python3
"""compose_test.py SEAWALL: the county of deploy/compose as it renders, and the files that it mounts, as their programs read them.

Where `docker compose` is there it renders too; else the rules that it has are checked here.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

DIR = Path(__file__).resolve().parent.parent.parent / "deploy/compose"
SERVICE_KEYS = {"image", "build", "command", "environment", "restart", "stop_grace_period", "networks", "depends_on", "read_only", "cap_drop", "security_opt", "tmpfs",
                "healthcheck", "ports", "volumes"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def fail(text):
    raise AssertionError(text)


def render(text, env):
    """Variables as compose has them: ${NAME:-default}."""
    def value(m):
        name, default = m.group(1), m.group(3)
        if name in env:
            return env[name]
        return default if default is not None else fail(f"${{{name}}} has no default")
    return re.sub(r"\$\{(\w+)(:-([^}]*))?\}", value, text)


def check(text, folder):
    """What docker compose refuses, and what would not work once it runs."""
    root = yaml.safe_load(text)
    unknown = {k for k in root if not k.startswith("x-")} - {"name", "services", "networks", "volumes"}
    if unknown or not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", root["name"]):
        fail(f"top level: {unknown or root['name']}")
    services, ports = root["services"], []
    for name, s in services.items():
        if set(s) - SERVICE_KEYS:
            fail(f"{name}: {set(s) - SERVICE_KEYS}")
        if not s.get("image"):
            fail(f"{name} has no image")
        if "build" in s and not (folder / s["build"]["context"] / s["build"]["dockerfile"]).resolve().exists():
            fail(f"{name}: no {s['build']}")
        for other, how in s.get("depends_on", {}).items():
            if other not in services or how["condition"] not in CONDITIONS:
                fail(f"{name} depends on {other}: {how}")
            if how["condition"] == "service_healthy" and "healthcheck" not in services[other]:
                fail(f"{name} waits for the health of {other}, which has no check")
        for volume in s.get("volumes", []):
            source, target = volume.split(":")[:2]
            if not target.startswith("/"):
                fail(f"{name}: {volume}")
            if source.startswith("."):
                if source != "./keys" and not (folder / source).exists():
                    fail(f"{name}: {source} is not there")
            elif source not in root["volumes"]:
                fail(f"{name}: the volume {source} is not declared")
        for network in s.get("networks", []):
            if network not in root["networks"]:
                fail(f"{name}: no network {network}")
        ports += [p.rsplit(":", 1)[0] for p in s.get("ports", [])]
        if any(not isinstance(v, str) for v in s.get("environment", {}).values()):
            fail(f"{name}: the environment has values that are no text")
    if len(ports) != len(set(ports)) or not all(p.startswith("127.0.0.1:") for p in ports):
        fail(f"ports: {ports}")
    return root


def check_county(root, folder, seawall):
    """The services that there are, what they read, and whom they reach."""
    services = root["services"]
    settings = yaml.safe_load((folder / "county.yaml").read_text())
    for broker in settings["kafka"]["bootstrap.servers"].split(","):
        host, port = broker.split(":")
        if services[host]["environment"]["KAFKA_ADVERTISED_LISTENERS"] != f"PLAINTEXT://{broker}" or port != "9092":
            fail(f"{broker} is not what {host} says of itself")
    if settings["topics"]["replication"] != sum("KAFKA_NODE_ID" in s.get("environment", {}) for s in services.values()):
        fail("copies and brokers differ")
    for name in ("ingest", "deadline", "risk", "notify", "report"):
        if services[name]["command"][0] != f"seawall-{name}" or not any(v.endswith(":/var/lib/seawall") for v in services[name]["volumes"]):
            fail(f"{name}: {services[name]['command']}")
    targets = [t for job in yaml.safe_load((folder / "prometheus.yml").read_text())["scrape_configs"] for c in job["static_configs"] for t in c["targets"]]
    if sorted(targets) != sorted(f"{n}:8080" for n, s in services.items() if s.get("command", [""])[0].startswith("seawall-")):
        fail(f"Prometheus asks {targets}")
    done = subprocess.run([seawall, "config", "check", "--config", folder / "county.yaml"], capture_output=True, text=True)
    if done.returncode:
        fail(f"county.yaml: {done.stderr}")
    done = subprocess.run(["promtool", "check", "config", folder / "prometheus.yml"], capture_output=True, text=True)
    if done.returncode:
        fail(f"prometheus.yml: {done.stdout}{done.stderr}")


def check_image(folder, seawall):
    """What the programs are linked with is in the image that they run in."""
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", subprocess.run(["readelf", "-d", seawall], capture_output=True, text=True, check=True).stdout)
    found = dict(re.findall(r"(\S+) => (\S+)", subprocess.run(["ldd", seawall], capture_output=True, text=True, check=True).stdout))
    last = (folder / "Dockerfile").read_text().split("\nFROM ")[-1]
    installed = set(re.search(r"--no-install-recommends ((?:.|\\\n)*?)&&", last).group(1).replace("\\", " ").split()) | {"libc6", "libgcc-s1", "libstdc++6"}
    for name in needed:
        path = Path(found.get(name, name))
        if name.startswith(("ld-linux", "libasan", "libubsan", "libtsan")):
            continue
        owner = subprocess.run(["dpkg", "-S", path.resolve()], capture_output=True, text=True).stdout or \
            subprocess.run(["dpkg", "-S", f"*/{path.name}"], capture_output=True, text=True).stdout
        if not {line.split(":")[0] for line in owner.splitlines()} & installed:
            fail(f"the image lacks {name} ({owner.strip() or 'of no package'})")


def refused(text, folder):
    try:
        check(text, folder)
    except (AssertionError, KeyError, yaml.YAMLError):
        return
    fail("a compose file with a fault is taken: silence would mean nothing")


def main():
    seawall = Path(sys.argv[1]).resolve()
    text = (DIR / "compose.yaml").read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "deploy/compose"
        shutil.copytree(DIR, folder)
        (folder / "keys").mkdir(exist_ok=True)
        (folder / "keys/token.key").write_bytes(b"k" * 32)
        (folder / "keys/token.key").chmod(0o600)
        rendered = render(text, {"SEAWALL_REPORT_PORT": "18080"})
        root = check(rendered, folder)
        check_county(root, folder, seawall)
        check_image(folder, seawall)
        if root["services"]["report"]["ports"] != ["127.0.0.1:18080:8080"]:
            fail("a variable is not taken")
        refused(rendered.replace("topics: {condition", "topic: {condition"), folder)
        refused(rendered.replace("risk:/var/lib", "risks:/var/lib"), folder)
        refused(rendered.replace("read_only:", "readonly:"), folder)
        refused(render(text, {"SEAWALL_REPORT_PORT": "9090"}), folder)
    if shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        done = subprocess.run(["docker", "compose", "-f", DIR / "compose.yaml", "config", "-q"], capture_output=True, text=True)
        if done.returncode:
            fail(f"docker compose: {done.stderr}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
