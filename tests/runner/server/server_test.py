"""`hpsearch server`, as an ordinary user, with psql as an independent client.

Usage: server_test.py PROGRAM; exit code 77 without PostgreSQL's programs (Debian: postgresql)
"""
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
NOBODY = 65534
FOLDERS = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
if not (shutil.which("initdb") or FOLDERS) or not shutil.which("psql"):
    print("skipped: PostgreSQL's server and psql are not installed; apt-get install postgresql")
    sys.exit(77)


# A new server's files wait for the disk, which takes most of the time, and of which nothing here depends.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def as_user(command):
    """The command for an ordinary user: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]


def lives(process):
    """Not so if only its parent has to take note of its end."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Server(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory(prefix="hps-", dir=MEMORY)
        self.top = Path(self.temp.name)
        if os.geteuid() == 0:
            os.chown(self.top, NOBODY, NOBODY)
        self.folder = self.top / "it's a \"server\": 100% \\ own"  # every character that some file quotes
        self.folders = {self.folder}

    def tearDown(self):
        for folder in self.folders:
            self.server("stop", folder=folder)
        self.temp.cleanup()

    def server(self, *arguments, folder=None, path=None):
        # What leads libpq elsewhere must not lead the command elsewhere.
        variables = {"PATH": path or os.environ["PATH"], "HOME": str(self.top), "PGHOST": "nowhere", "PGPORT": "1",
                     "PGDATA": "/nowhere", "LC_ALL": "C.UTF-8"}
        action, *rest = arguments
        return subprocess.run(as_user([PROGRAM, "server", action, str(folder or self.folder), *rest]), env=variables,
                              capture_output=True, text=True)

    def start(self, *arguments, folder=None):
        started = self.server("start", *arguments, folder=folder)
        self.assertEqual(started.returncode, 0, started.stderr)
        return started.stdout.rstrip("\n")

    def psql(self, url, sql, password_file=None, **variables):
        file = password_file or self.folder / "pgpass"
        return subprocess.run(as_user(["psql", "-XAtw", "-v", "ON_ERROR_STOP=1", "-c", sql, url]), capture_output=True,
                              text=True, cwd="/", env={"PATH": os.environ["PATH"], "PGPASSFILE": str(file), **variables})

    def ask(self, url, sql):
        answer = self.psql(url, sql)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return answer.stdout.rstrip("\n")

    def password(self, folder=None):
        return (folder or self.folder).joinpath("pgpass").read_text().split("\n")[0].rsplit(":", 1)[1]

    def process(self):
        return int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])

    def test_makes_a_server_with_a_socket_alone(self):
        started = self.server("start")
        self.assertEqual(started.returncode, 0, started.stderr)
        url = started.stdout.rstrip("\n")
        self.assertRegex(url, r"^postgresql://hpsearch@%2F[A-Za-z0-9%._-]+:5432/hpsearch$")  # no shell changes it
        self.assertEqual(self.ask(url, "SELECT current_user, current_database(), inet_server_addr() IS NULL"),
                         "hpsearch|hpsearch|t")
        for name, value in (("listen_addresses", ""), ("password_encryption", "scram-sha-256"),
                            ("tcp_keepalives_idle", "0"), ("data_checksums", "on"), ("server_encoding", "UTF8"),
                            ("synchronous_commit", "on"), ("fsync", "on")):
            # On a socket of the system keepalives do not apply, and are shown as 0.
            self.assertEqual(self.ask(url, f"SHOW {name}"), value, name)
        settings = (self.folder / "data" / "hpsearch.conf").read_text()
        for line in ("tcp_keepalives_idle = 5", "tcp_keepalives_interval = 1", "tcp_keepalives_count = 3"):
            self.assertIn(f"\n{line}\n", settings)
        self.assertEqual(self.ask(url, "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication "
                                       "FROM pg_roles WHERE rolname = 'hpsearch'"), "f")
        self.assertEqual(self.ask(url, "CREATE TABLE t AS SELECT 1; CREATE SCHEMA s; DROP SCHEMA s; DROP TABLE t"),
                         "SELECT 1\nCREATE SCHEMA\nDROP SCHEMA\nDROP TABLE")
        # The password is where it must be, and nowhere else.
        password = self.password()
        self.assertRegex(password, "^[0-9a-f]{32}$")
        self.assertNotIn(password, started.stdout + started.stderr)
        for file in self.folder.rglob("*"):
            if file.is_file() and file.name != "pgpass":
                self.assertNotIn(password.encode(), file.read_bytes(), file)
        for file in (self.folder / "pgpass", self.folder / "server.log"):
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600, file)
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)
        wrong = self.top / "wrong"
        wrong.write_text((self.folder / "pgpass").read_text().replace(password, "0" * 32))
        wrong.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(wrong, NOBODY, NOBODY)
        refused = self.psql(url, "SELECT 1", password_file=wrong)
        self.assertIn("password authentication failed", refused.stderr)

    def test_says_what_to_do_with_the_password(self):
        started = self.server("start")
        commands = re.findall(r"^  (.*)$", started.stderr, re.MULTILINE)
        self.assertEqual(len(commands), 2)
        self.assertTrue(commands[0].startswith("export PGPASSFILE="))
        for command in (f"{commands[0]} && exec psql -XAtw -c 'SELECT 1' \"$URL\"",
                        f"{commands[1]} && exec psql -XAtw -c 'SELECT 1' \"$URL\""):
            ran = subprocess.run(as_user(["sh", "-c", command]), capture_output=True, text=True, cwd="/", env={
                "PATH": os.environ["PATH"], "HOME": str(self.top), "URL": started.stdout.rstrip("\n")})
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "1\n", ""), command)
        self.assertEqual((self.top / ".pgpass").read_text(), (self.folder / "pgpass").read_text())

    def test_starts_stops_and_tells(self):
        self.assertEqual(self.server("status").returncode, 2)
        url = self.start()
        first = self.process()
        status = self.server("status")
        self.assertEqual((status.returncode, status.stdout, status.stderr), (
            0, f"{self.folder}: process {first} accepts connections at {url}\n", ""))
        self.ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
        again = self.server("start")
        self.assertEqual((again.returncode, again.stdout), (0, url + "\n"))
        self.assertIn("the server runs already;", again.stderr)
        self.assertEqual(self.process(), first)
        stopped = self.server("stop")
        self.assertEqual((stopped.returncode, stopped.stdout, stopped.stderr), (0, f"{self.folder}: stopped\n", ""))
        self.assertFalse(lives(first))
        status = self.server("status")
        self.assertEqual(status.returncode, 1)
        self.assertIn(": not running; to start it: hpsearch server start ", status.stdout)
        stopped = self.server("stop")
        self.assertEqual((stopped.returncode, stopped.stdout), (0, f"{self.folder}: did not run\n"))
        password = self.password()
        self.assertEqual(self.start(), url)
        self.assertEqual(self.ask(url, "SELECT n FROM kept"), "7")
        self.assertEqual(self.password(), password)

    def test_goes_on_when_the_caller_and_its_terminal_have_gone(self):
        self.start()
        fields = Path(f"/proc/{self.process()}/stat").read_text().rsplit(")", 1)[1].split()
        self.assertEqual(int(fields[3]), self.process())  # a session of its own
        files = {os.readlink(link) for link in glob.glob(f"/proc/{self.process()}/fd/[0-2]")}
        self.assertEqual(files, {"/dev/null", str(self.folder / "server.log")})

    def test_listens_to_an_address_too(self):
        with socket.socket() as taken:
            taken.bind(("0.0.0.0", 0))
            url = self.start("--host", "127.0.0.1")
            port = int(re.fullmatch(r"postgresql://hpsearch@127\.0\.0\.1:(\d+)/hpsearch", url)[1])
            self.assertEqual(self.ask(url, "SELECT inet_server_addr(), inet_server_port()"), f"127.0.0.1|{port}")
            self.assertEqual(self.ask(url, "SHOW tcp_keepalives_idle"), "5")
            self.assertEqual(self.ask(url, "SHOW tcp_keepalives_count"), "3")
            # The socket goes on to be there, for the same password file, and for the administrator.
            place = url.replace("127.0.0.1", urllib.parse.quote(str(self.folder), safe=""))
            self.assertEqual(self.ask(place, "SELECT inet_server_addr() IS NULL"), "t")
            self.assertEqual(self.ask(place.replace("//hpsearch@", "//postgres@"), "SELECT current_user"), "postgres")
            refused = self.psql(url.replace("//hpsearch@", "//postgres@"), "SELECT 1")
            self.assertIn("no pg_hba.conf entry", refused.stderr)
            # It moves only when it has been stopped.
            busy = self.server("start", "--port", str(taken.getsockname()[1]))
            self.assertEqual((busy.returncode, busy.stdout), (1, ""))
            self.assertIn(f"runs already, at {url}; to move it, first: hpsearch server stop ", busy.stderr)
            self.assertEqual(self.server("start", "--host", "127.0.0.1", "--port", str(port)).stdout, url + "\n")
            self.server("stop")
            self.assertEqual(self.start(), url)
            self.server("stop")
            self.assertRegex(self.start("--host", "socket", "--port", "6543"), r":6543/hpsearch$")
            self.assertEqual(len((self.folder / "pgpass").read_text().splitlines()), 1)

    def test_takes_a_free_port_and_says_when_another_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            failed = self.server("start", "--host", "127.0.0.1", "--port", str(taken.getsockname()[1]))
            self.assertEqual((failed.returncode, failed.stdout), (1, ""))
            self.assertIn("cannot be started:\n", failed.stderr)
            self.assertIn("Address already in use", failed.stderr)
            self.assertFalse(self.folder.exists())  # nothing half-made
        other = self.top / "other"
        self.folders.add(other)
        one = self.start("--host", "127.0.0.1")
        two = self.start("--host", "127.0.0.1", folder=other)
        self.assertNotEqual(one, two)

    def test_comes_back_after_a_kill(self):
        url = self.start()
        self.ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
        process = self.process()
        for child in subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True).stdout.split():
            with contextlib.suppress(ProcessLookupError):  # it goes with its parent
                os.kill(int(child), signal.SIGKILL)
        os.kill(process, signal.SIGKILL)
        while lives(process):
            time.sleep(0.01)
        self.assertEqual(self.server("status").returncode, 1)
        self.assertTrue((self.folder / "data" / "postmaster.pid").exists())
        self.assertEqual(self.start(), url)
        self.assertEqual(self.ask(url, "SELECT n FROM kept"), "7")

    def test_a_number_that_another_program_has_by_now_is_not_the_server(self):
        url = self.start()
        self.server("stop")
        with subprocess.Popen(as_user(["sleep", "1000"])) as other:
            try:
                file = self.folder / "data" / "postmaster.pid"
                file.write_text(f"{other.pid}\n{self.folder}/data\n1\n5432\n\n\n\nready\n")
                if os.geteuid() == 0:
                    os.chown(file, NOBODY, NOBODY)
                self.assertEqual(self.server("status").returncode, 1)
                self.assertEqual(self.server("stop").stdout, f"{self.folder}: did not run\n")
                self.assertIsNone(other.poll())
                self.assertEqual(self.start(), url)
                self.assertEqual(self.ask(url, "SELECT 1"), "1")
            finally:
                other.kill()

    def test_a_server_of_another_machine_is_left_alone(self):
        self.start()
        settings = self.folder / "server.json"
        settings.write_text(json.dumps({**json.loads(settings.read_text()), "machine": "elsewhere"}))
        for action in ("start", "stop"):
            refused = self.server(action)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("was started on elsewhere and has not been stopped", refused.stderr)
        status = self.server("status")
        self.assertEqual(status.returncode, 1)
        self.assertIn("started on elsewhere at postgresql://", status.stdout)
        settings.write_text(json.dumps({**json.loads(settings.read_text()), "machine": socket.gethostname()}))

    def test_two_calls_at_once_make_one_server(self):
        command = as_user([PROGRAM, "server", "start", str(self.folder)])
        calls = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        answers = [call.communicate() for call in calls]
        self.assertEqual([call.returncode for call in calls], [0, 0, 0], answers)
        self.assertEqual(len({out for out, _ in answers}), 1)
        self.assertEqual(sum("runs already" in err for _, err in answers), 2)

    def test_what_a_killed_start_has_left_is_made_anew(self):
        (self.folder / ".hpsearch-new" / "data").mkdir(parents=True)
        (self.folder / ".hpsearch-new" / "data" / "PG_VERSION").write_text("15\n")
        (self.folder / "pgpass").write_text("half")
        subprocess.run(["chown", "-R", str(NOBODY), self.folder], check=os.geteuid() == 0, stderr=subprocess.DEVNULL)
        self.assertEqual(self.server("status").returncode, 2)
        self.assertEqual(self.ask(self.start(), "SELECT 1"), "1")
        self.assertFalse((self.folder / ".hpsearch-new").exists())

    def test_folders_with_other_files_are_left_alone(self):
        own = self.top / "own"
        (own / "data").mkdir(parents=True)
        (own / "data" / "mine").write_text("x")
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", str(NOBODY), own], check=True)
        refused = self.server("start", folder=own)
        self.assertEqual((refused.returncode, refused.stdout), (2, ""))
        self.assertIn("holds other files, and no server that hpsearch has made", refused.stderr)
        self.assertEqual((own / "data" / "mine").read_text(), "x")
        for action in ("stop", "status"):
            self.assertEqual(self.server(action, folder=own).returncode, 2)
        empty = self.top / "empty"
        empty.mkdir()
        if os.geteuid() == 0:
            os.chown(empty, NOBODY, NOBODY)
        refused = self.server("start", "--host", "192.0.2.1", folder=empty)  # no address of this machine
        self.assertEqual(refused.returncode, 1)
        self.assertEqual(list(empty.iterdir()), [])

    def test_bad_calls_are_refused(self):
        for arguments, words in ((("begin", "x"), "'server' knows start, stop and status; found 'begin'"),
                                 (("stop", "x", "y"), "'server' takes only ACTION DIR; found 'y'"),
                                 (("start", "x", "--port", "0"), "--port must be a whole number from 1 to 65535"),
                                 (("start", "x", "--host", "a'b"), "--host must be an address or a name"),
                                 (("stop", "x", "--port", "7"), "are for 'server start', not 'stop'"),
                                 (("start", "x" * 100), "bytes too long, since the server's socket lies there"),
                                 (("start", "a\tb"), "commas or control characters"),
                                 (("start", "a,b"), "commas or control characters"),
                                 (("start",), "hpsearch server start DIR")):
            refused = subprocess.run(as_user([PROGRAM, "server", *arguments]), cwd=self.top, capture_output=True, text=True)
            self.assertEqual((refused.returncode, refused.stdout), (2, ""), arguments)
            self.assertIn(words, refused.stderr)
        self.assertEqual(list(self.top.iterdir()), [])

    @unittest.skipIf(os.geteuid() != 0, "only root can ask as root")
    def test_root_is_refused_with_the_reason(self):
        refused = subprocess.run([PROGRAM, "server", "start", self.folder], capture_output=True, text=True)
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("PostgreSQL refuses to run as root", refused.stderr)
        self.assertIn("runuser -u NAME -- hpsearch server start DIR", refused.stderr)
        self.assertFalse(self.folder.exists())

    @unittest.skipIf(os.geteuid() != 0, "only root can hide the programs")
    def test_without_postgresql_it_says_what_to_install(self):
        hidden = ["unshare", "--mount", "sh", "-c",
                  'if [ -d /usr/lib/postgresql ]; then mount -t tmpfs none /usr/lib/postgresql; fi; exec "$@"', "sh"]
        for path in ("/usr/bin:/bin", "/usr/local/bin:/usr/bin:/bin"):
            failed = subprocess.run([*hidden, *as_user([PROGRAM, "server", "start", str(self.folder)])],
                                    env={"PATH": path}, capture_output=True, text=True)
            self.assertEqual((failed.returncode, failed.stdout), (1, ""))
            self.assertIn("on Debian and Ubuntu: apt-get install postgresql;", failed.stderr)
            self.assertFalse(self.folder.exists())


if __name__ == "__main__":
    unittest.main()
