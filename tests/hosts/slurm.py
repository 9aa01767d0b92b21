"""A real Slurm of two nodes in network namespaces. The job array of `init --slurm` trains a sweep; one task is
requeued by Slurm (SIGTERM), the worker of another one is killed and its task requeued."""
import os
import re
import signal
import subprocess
from pathlib import Path

from hosts import LEASE, Place, main, require, within_namespaces

within_namespaces()

from machines import HEAD, Machines  # noqa: E402  (after the namespaces have been made)
from slurm_cluster import Slurm  # noqa: E402

TASKS = 4


def fill_in(text, url, tasks):
    text = re.sub(r"^export HPSEARCH_DB=.*$", lambda _: f"export HPSEARCH_DB={url}", text, flags=re.MULTILINE)
    for option, value in (("array", f"0-{tasks - 1}"), ("cpus-per-task", "1"), ("mem", "500M")):
        text = re.sub(rf"^#SBATCH --{option}=\S+", f"#SBATCH --{option}={value}", text, flags=re.MULTILINE)
    return text


def workers_process(task):
    """The process of the worker that Slurm has started for a task."""
    for entry in Path("/proc").iterdir():
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
            if f"SLURM_JOB_ID={task}".encode() in variables and b"\0run\0" in (entry / "cmdline").read_bytes():
                return int(entry.name)
        except (OSError, ValueError):
            continue
    return None


def scenario(program, stack):
    place = Place(program, stack, host=HEAD, before_server=Machines, lease=LEASE)
    place.write_sweep(trials=120)
    slurm = Slurm(place.folder, place.machines, stack)
    programs = place.folder / "bin"
    programs.mkdir()
    (programs / "hpsearch").symlink_to(place.program)
    subprocess.run([place.program, "init", "--slurm"], cwd=place.folder, check=True, stderr=subprocess.DEVNULL)
    job_file = place.folder / "hpsearch.sbatch"
    job_file.write_text(fill_in(job_file.read_text(), place.url, TASKS))
    job = slurm.do("sbatch", "--parsable", job_file, cwd=place.folder,
                   env={**place.environment, **slurm.environment, "PATH": f"{programs}:{os.environ['PATH']}",
                        "PGPASSFILE": place.environment["PGPASSFILE"]})
    task = [f"{job}_{number}" for number in range(TASKS)]
    total = place.trials * place.epochs_each
    place.wait_for_epochs(total // 6)
    nodes = sorted({slurm.field(name, "NodeList") for name in task})
    require(nodes == ["n1", "n2"], f"the workers are on {nodes}")
    slurm.do("scontrol", "requeue", task[1])
    place.wait_for_epochs(total // 3)
    victim = workers_process(slurm.field(task[2], "JobId"))
    require(victim is not None, "the worker of a task has no process")
    os.kill(victim, signal.SIGKILL)
    slurm.wait_for("the killed task ends", lambda: slurm.field(task[2], "JobState") != "RUNNING")
    slurm.do("scontrol", "requeue", task[2])
    for name in (task[1], task[2]):  # Slurm would wait two minutes
        slurm.wait_for(f"{name} waits", lambda name=name: slurm.field(name, "JobState") == "PENDING")
        slurm.do("scontrol", "update", f"jobid={name}", "StartTime=now")
    slurm.wait_for("all tasks have ended", lambda: slurm.ask("squeue", "-h") == "", seconds=300)
    ends = [(slurm.field(name, "JobState"), slurm.field(name, "Restarts")) for name in task]
    logs = "".join(path.read_text() for path in sorted(place.folder.glob("hpsearch-*.log")))
    require(ends == [("COMPLETED", "0"), ("COMPLETED", "1"), ("COMPLETED", "1"), ("COMPLETED", "0")], f"{ends}\n{logs}")
    begun, attempts = place.require_whole()
    return (f"{TASKS} tasks on nodes {' and '.join(nodes)}, one requeued, one killed and requeued, {begun} trials begun "
            f"again, at most {attempts} attempts, {place.trials}/{place.trials} complete, digest equal")


main(scenario)
