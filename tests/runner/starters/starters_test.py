"""What `hpsearch init --slurm`, `--kubernetes` and `--ssh` write, run with stand-ins for the programs in it.

Usage: starters_test.py PROGRAM
"""
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))

# Notes its arguments, one a line, and the variables that matter.
STAND_IN = """#!/bin/sh
printf '%s\\n' "$@" HPSEARCH_DB="${HPSEARCH_DB-}" >"$CALLS/$(basename "$0").$$"
"""
# Runs the command here, as sshd would: by a shell, with nothing of ours but PATH. The host `down` is not there.
SSH = """#!/bin/sh
printf '%s\\n' "$@" >"$CALLS/ssh.$$"
for word; do command=$word; done
case " $* " in *" down "*) exit 255;; esac
exec /bin/sh -c "$command"
"""


def lives(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


class Starters(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.folder = Path(self.temp.name)
        self.bin = self.folder / "bin"
        self.calls = self.folder / "calls"
        self.bin.mkdir()
        self.calls.mkdir()
        for name, text in (("hpsearch", STAND_IN), ("ssh", SSH)):
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)

    def tearDown(self):
        self.temp.cleanup()

    def init(self, *arguments):
        return subprocess.run([PROGRAM, "init", *arguments], cwd=self.folder, capture_output=True, text=True)

    def written(self, option, file):
        made = self.init(option)
        self.assertEqual((made.returncode, made.stdout), (0, ""), made.stderr)
        return (self.folder / file).read_text()

    def run_script(self, shell, text, **variables):
        path = self.folder / "script"
        path.write_text(text)
        subprocess.run([shell, "-n", path], check=True)
        environment = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.folder), "CALLS": str(self.calls)}
        return subprocess.run([shell, path], cwd=self.folder, capture_output=True, text=True,
                              env={**environment, **variables})

    def called(self, program):
        """The arguments of its calls, in the order of their text."""
        return sorted(path.read_text().splitlines() for path in self.calls.glob(f"{program}.*"))

    def test_slurm_asks_for_what_workers_need(self):
        text = self.written("--slurm", "hpsearch.sbatch")
        options = dict(re.findall(r"^#SBATCH --([a-z-]+)(?:=(\S+))?", text, re.MULTILINE))
        self.assertEqual(options, {
            "job-name": "hpsearch", "array": "0-31", "cpus-per-task": "4", "mem": "8G", "time": "08:00:00",
            "output": "hpsearch-%A_%a.log", "open-mode": "append", "requeue": "", "signal": "B:TERM@120"})
        # Slurm stops reading options at the first command.
        first = next(number for number, line in enumerate(text.splitlines()) if line and not line.startswith("#"))
        self.assertFalse([line for line in text.splitlines()[first:] if line.startswith("#SBATCH")])

    def test_slurm_starts_a_worker(self):
        text = self.written("--slurm", "hpsearch.sbatch")
        ran = self.run_script("bash", text, SLURM_CPUS_PER_TASK="3", SLURM_ARRAY_TASK_ID="5")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        database = "postgresql://hpsearch@FILL-IN.example.org/hpsearch"
        self.assertEqual(self.called("hpsearch"), [
            ["run", "sweep.yaml", "--join", "--workers", "3", "--db", database, f"HPSEARCH_DB={database}"]])

    def test_slurm_without_a_server_starts_a_shard(self):
        text = self.written("--slurm", "hpsearch.sbatch")
        shard = re.search(r"^#   (exec hpsearch run .*\\\n)#   (.*)$", text, re.MULTILINE)
        text = re.sub(r"^exec hpsearch run .*$", lambda _: shard[1] + shard[2], text, flags=re.MULTILINE)
        ran = self.run_script("bash", text, SLURM_CPUS_PER_TASK="3", SLURM_ARRAY_TASK_ID="5")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual([call[:-1] for call in self.called("hpsearch")], [
            ["run", "sweep.yaml", "--shard", "5/32", "--workers", "3", "--db", "shard-5.db"]])

    def test_ssh_starts_a_worker_on_each_host(self):
        text = self.written("--ssh", "hpsearch-ssh.sh")
        place = self.folder / "it's a folder"
        place.mkdir()
        database = "postgresql://me@db/a'b c"
        filled = re.sub(r"^hosts=.*$", "hosts='one two'", text, flags=re.MULTILINE)
        filled = re.sub(r"^folder=.*$", lambda _: f'folder="{place}"', filled, flags=re.MULTILINE)
        filled = re.sub(r"^db=.*$", lambda _: f'db="{database}"', filled, flags=re.MULTILINE)
        ran = self.run_script("sh", filled)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        lines = re.findall(r"^(\w+): process (\d+); to stop it, which loses nothing: ssh (\w+) kill (\d+)$",
                           ran.stdout, re.MULTILINE)
        self.assertEqual([(host, again) for host, _, again, _ in lines], [("one", "one"), ("two", "two")])
        self.assertEqual([call[:3] for call in self.called("ssh")], [["-n", "-o", "BatchMode=yes"]] * 2)
        for _, process, _, same in lines:
            self.assertEqual(process, same)
            while lives(process):
                time.sleep(0.01)
        self.assertEqual([call[:-1] for call in self.called("hpsearch")],
                         [["run", "sweep.yaml", "--join", "--db", database]] * 2)
        self.assertEqual(sorted(path.name for path in place.iterdir()), ["hpsearch-one.log", "hpsearch-two.log"])

    def test_ssh_says_where_no_worker_began(self):
        text = self.written("--ssh", "hpsearch-ssh.sh")
        filled = re.sub(r"^hosts=.*$", "hosts='down one'", text, flags=re.MULTILINE)
        filled = re.sub(r"^folder=.*$", lambda _: f"folder={self.folder}", filled, flags=re.MULTILINE)
        ran = self.run_script("sh", filled)
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(ran.stderr, "down: no worker was started\n")
        self.assertRegex(ran.stdout, r"^one: process \d+;")

    def test_each_says_its_own_name_and_what_comes_next(self):
        for option, file, start in (("--slurm", "hpsearch.sbatch", "sbatch"),
                                    ("--kubernetes", "hpsearch-job.yaml", "kubectl apply -f"),
                                    ("--ssh", "hpsearch-ssh.sh", "sh")):
            for arguments, word in (((), file), (("my file",), "'my file'"), (("--", "-x"), "./-x")):
                made = self.init(option, *arguments)
                path = self.folder / (arguments[-1] if arguments else file)
                self.assertEqual((made.returncode, made.stdout, made.stderr), (
                    0, "", f"wrote {path.name}; change the lines marked FILL IN, then start the workers:\n"
                           f"  {start} {word}\n"))
                text = path.read_text()
                self.assertIn(f"#   {start} {word}\n", text)
                self.assertNotIn("@", text.replace("hpsearch@FILL-IN", "").replace("B:TERM@120", ""))
                path.unlink()

    def test_nothing_is_overwritten(self):
        for option, file in (("--slurm", "hpsearch.sbatch"), ("--kubernetes", "hpsearch-job.yaml"),
                             ("--ssh", "hpsearch-ssh.sh")):
            (self.folder / file).write_text("mine")
            made = self.init(option)
            self.assertEqual((made.returncode, made.stderr), (
                2, f"hpsearch: {file}: exists already; name another file to write: hpsearch init {option} FILE\n"))
            self.assertEqual((self.folder / file).read_text(), "mine")
        (self.folder / "link").symlink_to("nowhere")
        self.assertEqual(self.init("--slurm", "link").returncode, 2)
        self.assertFalse((self.folder / "nowhere").exists())

    def test_what_does_not_go_together_is_refused(self):
        for arguments, words in ((("--slurm", "--ssh"), "--slurm and --ssh write different files"),
                                 (("--ssh", "--data", "a.csv"), "--data is for the sweep's own file"),
                                 (("--kubernetes", ""), "needs the name of a file, or none for hpsearch-job.yaml"),
                                 (("--slurm", "a\nb"), "cannot have line breaks")):
            made = self.init(*arguments)
            self.assertEqual(made.returncode, 2, arguments)
            self.assertIn(words, made.stderr)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["bin", "calls"])


if __name__ == "__main__":
    unittest.main()
