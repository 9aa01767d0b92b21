"""Two machines made of network namespaces, within the namespaces of a scenario: n1 and n2 on a bridge, with this
one, the head, at 10.77.0.1."""
import os
import subprocess

from hosts import require

HEAD = "10.77.0.1"
NAMES = ("n1", "n2")


def _run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    require(done.returncode == 0, f"{' '.join(words)}: {done.stderr}")


class Machines:
    def __init__(self, folder):
        require(os.environ.get("HPSEARCH_HOSTS_INSIDE") == "1", "machines are made within namespaces")
        # What `ip netns` and the programs that know the machines by name look up, without a trace outside.
        _run("mount", "-t", "tmpfs", "none", "/run")
        os.makedirs("/run/netns")
        hosts = folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost\n{HEAD} head\n10.77.0.2 n1\n10.77.0.3 n2\n")
        _run("mount", "--bind", str(hosts), "/etc/hosts")
        _run("hostname", "head")
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", "bridge", "type", "bridge")
        _run("ip", "address", "add", f"{HEAD}/24", "dev", "bridge")
        _run("ip", "link", "set", "bridge", "up")
        for number, name in enumerate(NAMES, 2):
            _run("ip", "netns", "add", name)
            _run("ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
            _run("ip", "link", "set", f"to-{name}", "master", "bridge", "up")
            for words in (("link", "set", "lo", "up"), ("address", "add", f"10.77.0.{number}/24", "dev", "eth0"),
                          ("link", "set", "eth0", "up")):
                _run("ip", "-n", name, *words)

    def on(self, name):
        """What stands before a command that runs on the machine. Not `ip netns exec`, which hides the control
        groups under /sys."""
        return ["nsenter", f"--net=/run/netns/{name}", "unshare", "--uts", "sh", "-c",
                f'hostname {name} && exec "$@"', "sh"]

    def cut(self, name):
        _run("ip", "link", "set", f"to-{name}", "down")

    def mend(self, name):
        _run("ip", "link", "set", f"to-{name}", "up")
