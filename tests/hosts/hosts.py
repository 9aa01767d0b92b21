"""What the scenarios share: a PostgreSQL of a temporary folder, workers, and what must hold in the end.

A scenario is a file beside this one. It calls main(), prints one line with its figures, and ends with 1 if
something does not hold, with 77 if it cannot run here. Everything that it starts ends with it.
"""
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOBODY = 65534
SKIPPED = 77
# How long a worker may be silent before others take its trials, in seconds, where scenarios wait for that; else 30.
LEASE = 3


class Broken(Exception):
    """What must hold does not."""


class Skip(Exception):
    """The scenario cannot run here, and why."""


def require(holds, what):
    if not holds:
        raise Broken(what)


def ordinary(command):
    """The command for an ordinary user: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return list(map(str, command))
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *map(str, command)]


def postgres_program(name):
    found = shutil.which(name) or next(
        iter(sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), reverse=True)), None)
    if found is None:
        raise Skip(f"PostgreSQL's {name} is not installed; apt-get install postgresql")
    return found


class Place:
    """A temporary folder with a server, a sweep and workers."""

    def __init__(self, program, stack, host="socket", settings="", before_server=None, lease=None):
        self.program = Path(program).resolve()
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hpsearch-hosts-")))
        self.folder.chmod(0o755)
        self.host = host
        self.workers = []
        self.logs = 0
        for name in ("initdb", "psql"):
            postgres_program(name)
        self.machines = before_server(self.folder) if before_server else None
        self.server = self.folder / "server"
        home = self.folder / "home"
        home.mkdir()
        self.server.mkdir()
        if os.geteuid() == 0:
            os.chown(self.server, NOBODY, NOBODY)
        stack.callback(self.stop_server)
        stack.callback(self.end_workers)
        self.environment = {**os.environ, "HOME": str(home), "PGPASSFILE": str(self.server / "pgpass")}
        for name in ("HPSEARCH_DB", "HPSEARCH_LEASE_SECONDS", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD"):
            self.environment.pop(name, None)
        if lease:
            self.environment["HPSEARCH_LEASE_SECONDS"] = str(lease)
        self.start_server(settings)

    # --- The server ---------------------------------------------------------------------------

    def start_server(self, settings=""):
        started = subprocess.run(ordinary([self.program, "server", "start", self.server, "--host", self.host]),
                                 capture_output=True, text=True)
        require(started.returncode == 0, started.stderr)
        self.url = started.stdout.strip()
        if settings:
            with open(self.server / "data" / "postgresql.auto.conf", "a", encoding="utf-8") as file:
                file.write(settings)
            self.stop_server()
            self.start_server()

    def stop_server(self, mode="fast"):
        subprocess.run(ordinary([postgres_program("pg_ctl"), "stop", "-D", self.server / "data", "-m", mode, "-w"]),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sql(self, text):
        """The answer of the database, as its owner: '|' between columns, a line a row."""
        answer = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text, self.url], capture_output=True,
                                text=True, env=self.environment)
        require(answer.returncode == 0, answer.stderr)
        return answer.stdout.strip()

    def administer(self, url, *statements):
        """As PostgreSQL's administrator, which only the user of the server can be, over its socket."""
        for statement in statements:
            done = subprocess.run(ordinary(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url]), cwd="/",
                                  capture_output=True, text=True)
            require(done.returncode == 0, done.stderr)

    def number(self, text):
        """The number that a query gives, 0 while its tables are not there."""
        try:
            return int(self.sql(text) or 0)
        except Broken:
            return 0

    def wait_for(self, what, condition, seconds=300):
        """Until `condition` holds; workers that fail meanwhile end the wait."""
        end = time.monotonic() + seconds
        while not condition():
            for worker in self.workers:
                require(worker.poll() in (None, 0), f"a worker has failed: {self.log_of(worker)}")
            require(time.monotonic() < end, f"after {seconds} s still not: {what}")
            time.sleep(0.05)

    def epochs(self):
        return self.number("SELECT count(*) FROM epochs")

    def wait_for_epochs(self, count):
        self.wait_for(f"{count} epochs", lambda: self.epochs() >= count)

    # --- The sweep and its workers ------------------------------------------------------------

    def write_sweep(self, trials=60, epochs=20, hidden=64, batch=16, more=""):
        self.trials, self.epochs_each = trials, epochs
        (self.folder / "sweep.yaml").write_text(
            f"name: hosts\nseed: 5\nrun_cap: {trials}\ndataset: {{source: digits}}\nmodel: {{hidden: [{hidden}]}}\n"
            f"training: {{epochs: {epochs}, batch_size: {batch}}}\nparameters:\n"
            "  learning_rate: {min: 1e-4, max: 0.1, scale: log}\n  l2: {min: 1e-6, max: 1e-2, scale: log}\n" + more)

    def command(self, workers=1):
        return [str(self.program), "run", "sweep.yaml", "--join", "--workers", str(workers), "--db", self.url]

    def start_worker(self, before=(), environment=None):
        """Its output goes to a log of its own; `before` are words that lead to another host."""
        self.logs += 1
        log = self.folder / f"worker-{self.logs}.log"
        with open(log, "w", encoding="utf-8") as file:
            worker = subprocess.Popen([*before, *self.command()], cwd=self.folder, stdout=file, stderr=file,
                                      stdin=subprocess.DEVNULL, env=environment or self.environment)
        worker.log, worker.before = log, before
        self.workers.append(worker)
        return worker

    @staticmethod
    def elsewhere():
        """Words that lead to processes with numbers of their own; none where that needs more rights."""
        return ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc") if os.geteuid() == 0 else ()

    def log_of(self, worker):
        return worker.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def forget(self, worker):
        """One that has been ended on purpose."""
        self.workers.remove(worker)

    def end_workers(self):
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait()

    def finish(self, seconds=300):
        """All workers end with 0."""
        for worker in self.workers:
            try:
                worker.wait(seconds)
            except subprocess.TimeoutExpired:
                raise Broken(f"a worker does not end: {self.log_of(worker)}") from None
            require(worker.returncode == 0, f"a worker ended with {worker.returncode}: {self.log_of(worker)}")

    # --- What must hold -----------------------------------------------------------------------

    def digest(self, database):
        report = subprocess.run([self.program, "report", "--db", database], capture_output=True, text=True,
                                cwd=self.folder, env=self.environment)
        require(report.returncode == 0, report.stderr)
        return report.stdout.split("digest: ")[1].split()[0]

    def undisturbed_digest(self):
        """Of the same sweep by one process in a file."""
        ran = subprocess.run([self.program, "run", "sweep.yaml", "--quiet", "--db", "alone.db"], cwd=self.folder,
                             env=self.environment, capture_output=True, text=True)
        require(ran.returncode == 0, ran.stderr)
        return self.digest("alone.db")

    def require_whole(self):
        """Each trial complete once with exactly its epochs, and the digest of an undisturbed run. Returns the
        number of trials that were begun again, and the most attempts of one."""
        counts = self.sql("SELECT count(*), count(DISTINCT number), sum((state = 'complete')::int), "
                          "sum(epochs_done) FROM trials")
        total = self.trials * self.epochs_each
        require(counts == f"{self.trials}|{self.trials}|{self.trials}|{total}", f"trials: {counts}")
        wrong = self.sql("SELECT trial_id, count(*) FROM epochs GROUP BY trial_id HAVING count(*) <> "
                         f"{self.epochs_each} OR min(epoch) <> 1 OR max(epoch) <> {self.epochs_each}")
        require(wrong == "", f"epochs of these trials: {wrong}")
        require(self.sql("SELECT count(*) FROM epochs") == str(total), "epochs")
        require(self.sql("SELECT state, stop_reason FROM sweeps") == "complete|run_cap", "the sweep's state")
        digest, truth = self.digest(self.url), self.undisturbed_digest()
        require(digest == truth, f"digest {digest}, of one undisturbed run {truth}")
        again, most = self.sql("SELECT sum((attempt > 1)::int), max(attempt) FROM trials").split("|")
        return int(again), int(most)


def main(scenario):
    """Runs scenario(program, stack), which returns its figures."""
    if len(sys.argv) != 2:
        print(f"usage: {sys.argv[0]} PROGRAM", file=sys.stderr)
        sys.exit(2)
    name = Path(sys.argv[0]).stem
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun = time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            figures = scenario(sys.argv[1], stack)
    except Skip as why:
        print(f"{name}: skipped: {why}")
        sys.exit(SKIPPED)
    except Broken as what:
        print(f"{name}: FAILED: {what}")
        sys.exit(1)
    print(f"{name}: {figures}; {time.monotonic() - begun:.0f} s")


def within_namespaces():
    """Runs this scenario again in namespaces of its own: network, mounts, host name and processes. Whatever it
    starts there ends with it, and nothing of it reaches the machine's network."""
    if os.environ.get("HPSEARCH_HOSTS_INSIDE") == "1":
        return
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        print(f"{Path(sys.argv[0]).stem}: skipped: namespaces need root, and the packages util-linux and iproute2")
        sys.exit(SKIPPED)
    os.execvpe("unshare", ["unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child",
                           "--mount-proc", sys.executable, *sys.argv], {**os.environ, "HPSEARCH_HOSTS_INSIDE": "1"})
