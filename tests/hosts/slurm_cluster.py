"""A real Slurm of two nodes, n1 and n2, on the machines of a scenario."""
import os
import shutil
import subprocess
import time

from hosts import Broken, Skip, require
from machines import HEAD, NAMES

CONFIGURATION = f"""ClusterName=hosts
SlurmctldHost=head({HEAD})
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=5
SchedulerParameters=sched_interval=2
StateSaveLocation={{folder}}/state
SlurmdSpoolDir={{folder}}/spool-%n
SlurmctldPidFile={{folder}}/slurmctld.pid
SlurmdPidFile={{folder}}/slurmd-%n.pid
SlurmctldLogFile={{folder}}/slurmctld.log
SlurmdLogFile={{folder}}/slurmd-%n.log
NodeName=n1 NodeHostname=n1 NodeAddr=10.77.0.2 CPUs=2 RealMemory=4000
NodeName=n2 NodeHostname=n2 NodeAddr=10.77.0.3 CPUs=2 RealMemory=4000
PartitionName=all Nodes=ALL Default=YES State=UP MaxTime=INFINITE
"""


class Slurm:
    def __init__(self, folder, machines, stack):
        for name in ("slurmctld", "slurmd", "munged", "sbatch"):
            if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin") is None:
                raise Skip(f"{name} is not installed; apt-get install slurm-wlm munge")
        self.folder = folder / "slurm"
        for name in ("state", "spool-n1", "spool-n2", "munge"):
            (self.folder / name).mkdir(parents=True)
        self.processes = []
        stack.callback(self.end)
        key = self.folder / "munge" / "key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        os.makedirs("/run/munge")  # of the scenario's own /run
        os.chmod("/run/munge", 0o755)
        self.start("munged", "--foreground", "--force", f"--key-file={key}", f"--log-file={self.folder}/munge/log",
                   f"--seed-file={self.folder}/munge/seed", f"--pid-file={self.folder}/munge/pid")
        configuration = self.folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder))
        self.environment = {**os.environ, "SLURM_CONF": str(configuration)}
        self.wait_for("munge", lambda: os.path.exists("/run/munge/munge.socket.2"))
        self.start("slurmctld", "-D", "-i")
        for name in NAMES:
            self.start(*machines.on(name), "slurmd", "-D", "-N", name)
        self.wait_for("two nodes", lambda: self.ask("sinfo", "-h", "-o", "%D %t") == "2 idle")

    def start(self, *words):
        environment = {**getattr(self, "environment", os.environ), "PATH": os.environ["PATH"] + ":/usr/sbin"}
        with open(self.folder / "daemons.log", "a", encoding="utf-8") as log:
            self.processes.append(subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_for(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise Broken(f"Slurm: after {seconds} s still not: {what}\n" + self.logs())
            time.sleep(0.1)

    def logs(self):
        return "".join(f"{path.name}: {path.read_text(errors='replace')[-800:]}\n"
                       for path in sorted(self.folder.glob("*.log")))

    def ask(self, *words):
        answer = subprocess.run(words, env=self.environment, capture_output=True, text=True)
        return answer.stdout.strip()

    def do(self, *words, **more):
        done = subprocess.run(words, env=more.pop("env", self.environment), capture_output=True, text=True, **more)
        require(done.returncode == 0, f"{' '.join(map(str, words))}: {done.stderr}")
        return done.stdout.strip()

    def field(self, task, name):
        """Of `scontrol show job`: JobState, Restarts, NodeList, ..."""
        for word in self.ask("scontrol", "show", "job", task).split():
            if word.startswith(name + "="):
                return word.split("=", 1)[1]
        return ""
