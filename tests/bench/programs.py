"""The programs that are measured: asking them, and timing them from start to end."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

ENVIRONMENT = {
    **os.environ,
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Missing(Exception):
    """A program that is not there: what to install."""


class Server:
    """A program that answers lines of flags by lines of JSON."""

    def __init__(self, command):
        self.name = pathlib.Path(command[-1]).name
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8")
        try:
            self.process = subprocess.Popen(
                [*command, "--serve"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                text=True,
                env=ENVIRONMENT,
            )
        except FileNotFoundError as error:
            raise Missing("python3") from error
        self.hello = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        self.process.wait()
        self.errors.seek(0)
        said = self.errors.read().strip()
        if said.startswith("missing: "):
            raise Missing(said.removeprefix("missing: "))
        raise RuntimeError(f"{self.name} ended: {said}")

    def ask(self, flags):
        try:
            self.process.stdin.write(flags + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended: read() says why
        return self.read()

    def end(self):
        self.process.communicate()
        self.errors.close()


def timed(command, folder):
    """CPU and wall seconds of a process, from its start to its end."""
    begin = time.monotonic()
    with open(pathlib.Path(folder) / "output", "w+", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=ENVIRONMENT, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - begin
        output.seek(0)
        said = output.read().strip()
    if said.startswith("missing: "):
        raise Missing(said.removeprefix("missing: "))
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {said}")
    return usage.ru_utime + usage.ru_stime, wall
