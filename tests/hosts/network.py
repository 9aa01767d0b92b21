"""Two machines in network namespaces, two workers on each; one machine is cut off for 20 s. The others take its
trials over, and when it comes back nothing is counted twice."""
import time

from hosts import LEASE, Place, main, require, within_namespaces

within_namespaces()

from machines import HEAD, NAMES, Machines  # noqa: E402  (after the namespaces have been made)

CUT = 20.0


def scenario(program, stack):
    place = Place(program, stack, host=HEAD, before_server=Machines, lease=LEASE)
    place.write_sweep(trials=240)
    # A worker that has lost its trials ends, and is started again by whoever started it.
    for name in NAMES * 2:
        place.start_worker(before=place.machines.on(name))
    lost = [worker for worker in place.workers if NAMES[1] in worker.before]
    place.wait_for_epochs(200)
    place.machines.cut(NAMES[1])
    mend = time.monotonic() + CUT
    place.wait_for("the trials of the lost machine are begun again",
                   lambda: place.number("SELECT count(*) FROM trials WHERE attempt = 2") == len(lost), seconds=CUT)
    taken = CUT - (mend - time.monotonic())
    time.sleep(max(0.0, mend - time.monotonic()))
    place.machines.mend(NAMES[1])
    ends = []
    for worker in lost:
        ends.append(worker.wait(120))
        place.forget(worker)
        if ends[-1] != 0:
            place.start_worker(before=worker.before)
    place.finish()
    begun, attempts = place.require_whole()
    return (f"one of two machines cut off for {CUT:.0f} s, its trials taken over after {taken:.1f} s (lease {LEASE} s), "
            f"its workers ended with {'+'.join(map(str, ends))}, {begun} trials begun again, at most {attempts} attempts, "
            f"{place.trials}/{place.trials} complete, digest equal")


main(scenario)
